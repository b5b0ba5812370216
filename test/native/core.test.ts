// Compiles native/core with its tests, without Node and without any header of the system folders.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PROJECT_ROOT } from '../support/project.js';

const FLAGS = ['-std=c++17', '-O0', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];

function sourcesIn(folder: string): string[] {
  const names = readdirSync(join(PROJECT_ROOT, folder)).filter((name) => name.endsWith('.cc'));
  return names.map((name) => join(PROJECT_ROOT, folder, name));
}

describe('native/core without Node', () => {
  let directory = '';

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-core-'));
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps the promises of its own tests under the sanitizers', function () {
    this.timeout(120_000);
    const program = join(directory, 'core-test');
    const files = [...sourcesIn('native/core'), ...sourcesIn('test/native')];
    execFileSync(process.env['CXX'] ?? 'c++', [...FLAGS, `-I${join(PROJECT_ROOT, 'native')}`, ...files, '-o', program]);

    const run = spawnSync(program, { encoding: 'utf8' });

    const broken = run.stdout.split('\n').filter((line) => line.startsWith('not ok'));
    if (run.status !== 0) throw new Error([`exit ${String(run.status)}`, ...broken, run.stderr].join('\n'));
  });
});
