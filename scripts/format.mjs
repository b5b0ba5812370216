// `node scripts/format.mjs [--check] [files]`: formats the C++ and C sources with the clang-format that npm installed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { PROJECT_ROOT } from './sources.mjs';

const words = process.argv.slice(2);
const check = words.includes('--check');
const named = words.filter((word) => !word.startsWith('--'));
const files = named.length > 0 ? named : tracked();
const script = createRequire(import.meta.url).resolve('clang-format/index.js');
const mode = check ? ['--dry-run', '--Werror'] : ['-i'];
const { status } = spawnSync(process.execPath, [script, ...mode, ...files], { cwd: PROJECT_ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;

function tracked() {
  const { stdout } = spawnSync('git', ['ls-files', 'native/*.cc', 'native/*.h', 'test/*.c', 'test/*.cc', 'test/*.h'], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((name) => name !== '' && existsSync(join(PROJECT_ROOT, name)));
}
