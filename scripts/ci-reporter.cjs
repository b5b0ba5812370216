// Mocha's spec reporter, which also leaves what passed, failed and was skipped in the file that HOLDFAST_CI_RESULTS
// names: one JSON object for each run.

const { openSync, writeSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters, Runner } = require('mocha');

module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const results = openSync(process.env.HOLDFAST_CI_RESULTS, 'a'); // now: a test may use up all descriptors
    const failed = [];
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => failed.push(failure(test, error)));
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      writeSync(results, `${JSON.stringify({ passes: runner.stats.passes, failed, skipped })}\n`);
    });
  }
};

/** Without a file: not a test but a hook, a leak say, or a worker of mocha that died. */
function failure(test, error) {
  const file = test.type === 'test' && test.file ? relative(process.cwd(), test.file) : undefined;
  return { title: test.fullTitle(), file, message: String(error?.message ?? error) };
}
