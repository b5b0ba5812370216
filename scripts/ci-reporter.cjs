// Mocha's spec reporter, which also leaves its counts and the titles of what was skipped in the file that
// HOLDFAST_CI_RESULTS names: one JSON object for each run.

const { appendFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = runner.stats;
      appendFileSync(process.env.HOLDFAST_CI_RESULTS, `${JSON.stringify({ passes, failures, skipped })}\n`);
    });
  }
};
