// Mocha's spec reporter, which also leaves what passed, failed and was skipped in the file that HOLDFAST_CI_RESULTS
// names: one JSON object for each run.

const { openSync, writeSync } = require('node:fs');
const { basename, relative } = require('node:path');
const { reporters, Runner } = require('mocha');

/** How many files are named of those that took longest. */
const LONGEST = 40;

module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const results = openSync(process.env.HOLDFAST_CI_RESULTS, 'a'); // now: a test may use up all descriptors
    const failed = [];
    const skipped = [];
    const passed = new Set();
    const took = new Map();
    runner.on(Runner.constants.EVENT_TEST_PASS, (test) => passed.add(test.fullTitle()));
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => failed.push(failure(test, error, passed)));
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.on(Runner.constants.EVENT_TEST_END, ({ file = '', duration = 0 }) => took.set(file, (took.get(file) ?? 0) + duration));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const longest = [...took].sort(([, one], [, other]) => other - one).slice(0, LONGEST);
      console.log(`took longest, in s: ${longest.map(([file, ms]) => `${basename(file)} ${(ms / 1000).toFixed(1)}`).join(', ')}`);
      writeSync(results, `${JSON.stringify({ passes: runner.stats.passes, failed, skipped })}\n`);
    });
  }
};

/**
 * Without a file: not a test but a hook, a leak say, or a worker of mocha that died, or what came after a test had
 * passed, and keeps mocha from running the rest.
 */
function failure(test, error, passed) {
  const title = test.fullTitle();
  const isTest = test.type === 'test' && test.file && !passed.has(title);
  return { title, file: isTest ? relative(process.cwd(), test.file) : undefined, message: String(error?.message ?? error) };
}
