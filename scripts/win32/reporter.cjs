// Mocha's spec reporter, which also leaves what passed, failed and was skipped in the file that
// HOLDFAST_WINDOWS_RESULTS names.

const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class WindowsReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const results = { passed: [], failed: [], skipped: [], failures: 0 };
    runner.on(Runner.constants.EVENT_TEST_PASS, (test) => results.passed.push(test.fullTitle()));
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => results.failed.push(`${test.fullTitle()}: ${error.message}`));
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => results.skipped.push(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      results.failures = runner.stats.failures;
      writeFileSync(process.env.HOLDFAST_WINDOWS_RESULTS, JSON.stringify(results));
    });
  }
};
