// `node .ci/tests.mjs RESULTS mocha-configuration [word...]`: runs mocha with the words and writes to the file RESULTS
// what passed, failed and was skipped. A test that failed is run again, alone, twice: if it passes both times it counts
// as flaky. What is no test (a hook, a leak) is not tried again, nor are more failures than a run may have.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { MOST_FLAKY } from './summary.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const REPORTER = join(ROOT, 'scripts', 'ci-reporter.cjs');
const TIMES = 2;
/** mocha counts what failed in its exit code. */
const HIGHEST_EXIT_CODE = 255;

const [results, configuration, ...words] = process.argv.slice(2);
const require = createRequire(import.meta.url);

function main() {
  const { passes, failed, skipped } = mocha(['--config', configuration, '--forbid-only', ...words]);
  const flaky = mayBeFlaky(failed) ? failed.filter(passesAlone) : [];
  const wrong = failed.filter((one) => !flaky.includes(one));
  writeFileSync(results, JSON.stringify({ passes: passes + flaky.length, failed: wrong, flaky, skipped }));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

/** A run without results, or one that ends otherwise than its results say, has failed as a whole. */
function mocha(args) {
  const path = `${results}.run`;
  rmSync(path, { force: true });
  const env = { ...process.env, HOLDFAST_CI_RESULTS: path };
  const program = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const argv = [program, '--reporter', REPORTER, ...args];
  const { status, signal } = spawnSync(process.execPath, argv, { cwd: ROOT, env, stdio: 'inherit' });
  const written = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  const found = written === '' ? { passes: 0, failed: [], skipped: [] } : JSON.parse(written);
  const asItShould = status === Math.min(found.failed.length, HIGHEST_EXIT_CODE);
  if (written === '' || !asItShould) {
    found.failed.push({ title: 'mocha', message: `came to no good end: ${signal ?? `exit code ${status}`}` });
  }
  return found;
}

function mayBeFlaky(failed) {
  return failed.length <= MOST_FLAKY && failed.every(({ file }) => file !== undefined);
}

function passesAlone({ title, file }) {
  const { require: hooks, timeout } = require(join(ROOT, configuration));
  const literally = title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const required = hooks.flatMap((hook) => ['--require', hook]);
  const alone = ['--no-config', ...required, '--timeout', String(timeout), '--grep', `^${literally}$`, file];
  return Array.from({ length: TIMES }).every((_, time) => {
    console.log(`\nagain, alone (${time + 1} of ${TIMES}): ${title}`);
    const { passes, failed } = mocha(alone);
    return passes > 0 && failed.length === 0;
  });
}

main();
