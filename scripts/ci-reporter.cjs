// Mocha's spec reporter, which also leaves its counts, what failed and what was skipped in the file that
// HOLDFAST_CI_RESULTS names: one JSON object for each run.

const { openSync, writeSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const results = openSync(process.env.HOLDFAST_CI_RESULTS, 'a'); // now: a test may use up all descriptors
    const failed = [];
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => failed.push(`${test.fullTitle()}: ${error.message}`));
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = runner.stats;
      writeSync(results, `${JSON.stringify({ passes, failures, failed, skipped })}\n`);
    });
  }
};
