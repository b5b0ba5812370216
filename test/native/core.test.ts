// Runs the tests of native/core: scripts/core-test.mk.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { PROJECT_ROOT } from '../support/project.js';

const PROGRAM = join(PROJECT_ROOT, 'build', 'core-test', 'core-test');

describe('native/core without Node', () => {
  it('keeps the promises of its own tests under the sanitizers', () => {
    const run = spawnSync(PROGRAM, { encoding: 'utf8' });

    if (run.error !== undefined) throw run.error;
    const broken = run.stdout.split('\n').filter((line) => line.startsWith('not ok'));
    if (run.status !== 0) throw new Error([`exit ${String(run.status)}`, ...broken, run.stderr].join('\n'));
  });
});
