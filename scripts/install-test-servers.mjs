// `npm run test:servers`: installs the servers that the tests of `holdfast sync` talk to below build/. They are large,
// and nothing else needs them, so that they are no dependency of the package. Runs no scripts of theirs.
// `node scripts/install-test-servers.mjs test-wrappers` installs what `npm run test:wrappers` runs, in the same way.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT_ROOT } from './sources.mjs';

const SET = process.argv[2] ?? 'test-servers';
const FROM = join(PROJECT_ROOT, 'scripts', SET);
const TO = join(PROJECT_ROOT, 'build', SET);
const LOCK = 'package-lock.json';
const STAMP = join(TO, 'node_modules', '.package-lock.json');

function isInstalled() {
  const copied = join(TO, LOCK);
  return existsSync(STAMP) && existsSync(copied) && readFileSync(copied).equals(readFileSync(join(FROM, LOCK)));
}

if (!isInstalled()) {
  mkdirSync(TO, { recursive: true });
  for (const name of ['package.json', LOCK]) copyFileSync(join(FROM, name), join(TO, name));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  const { status } = spawnSync('npm', args, { cwd: TO, stdio: 'inherit', shell: process.platform === 'win32' });
  process.exitCode = status ?? 1;
}
