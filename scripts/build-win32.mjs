// `npm run build:win32`: cross-builds the addon and the guard for Windows with cmake-js and mingw-w64, into
// prebuilds/win32-x64. Only what changed is compiled. `npm run build:win32 -- fixtures` builds the programs of the
// Windows tests as well.

import cmakeJs from 'cmake-js';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { PROJECT_ROOT, nativeFiles, sources } from './sources.mjs';
import { headersOfThisNode } from './toolchain.mjs';

const require = createRequire(import.meta.url);
const BUILD = join(PROJECT_ROOT, 'build', 'win32');
const PROJECT = join(PROJECT_ROOT, 'scripts', 'win32'); // as cmake-js sees it: its package.json asks for Node-API alone
const TO = join(PROJECT_ROOT, 'prebuilds', 'win32-x64');
const FILES = nativeFiles('win32');
const NEEDS = ['cmake', 'make', 'x86_64-w64-mingw32-g++-posix', 'x86_64-w64-mingw32-dlltool'];

// Of libuv, beside Node-API: node.exe exports both.
const UV = [
  'async_init', 'async_send', 'close', 'err_name', 'fileno', 'fs_close', 'fs_req_cleanup', 'get_osfhandle', 'has_ref', 'is_closing', 'open_osfhandle', 'ref', 'strerror', 'translate_sys_error', 'unref', 'walk',
];

async function main() {
  const missing = NEEDS.filter((command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status !== 0);
  const headers = headersOfThisNode();
  if (headers.problem !== undefined) fail(headers.problem);
  if (missing.length > 0) fail(`missing: ${missing.join(', ')}. Debian: apt-get install cmake make g++-mingw-w64-x86-64-posix`);
  mkdirSync(BUILD, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
  const cmake = new cmakeJs.BuildSystem({
    directory: PROJECT,
    out: BUILD,
    config: 'None',
    arch: 'x64',
    preferMake: true,
    parallel: String(availableParallelism()),
    target: process.argv.includes('fixtures') ? 'fixtures' : 'all',
    cMakeOptions: {
      CMAKE_TOOLCHAIN_FILE: join(PROJECT, 'toolchain.cmake'),
      ROOT: PROJECT_ROOT,
      VERSION: version,
      NODE_DEF: importDefinitions(),
      NODE_HEADERS: join(headers.directory, 'include', 'node'),
    },
  });
  await configure(cmake);
  await cmake.build();
  mkdirSync(TO, { recursive: true });
  for (const name of FILES) copyFileSync(join(BUILD, name), join(TO, name));
}

/** The names that node.exe exports and the addon may use. */
function importDefinitions() {
  const api = readFileSync(require.resolve('node-api-headers/def/node_api.def'), 'utf8');
  const text = `${api.trimEnd()}\n${UV.map((name) => `uv_${name}\n`).join('')}`;
  const path = join(BUILD, 'node.def');
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  return path;
}

/** cmake reads the list of sources only when it configures, so a file more or less asks for that. */
async function configure(cmake) {
  const stamp = join(BUILD, '.configured');
  const lists = readFileSync(join(PROJECT, 'CMakeLists.txt'), 'utf8');
  const listed = sources(['core', 'windows', 'addon', 'addon/windows', 'guard/windows']);
  const wanted = JSON.stringify([await cmake.getConfigureCommand(), lists, listed]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await cmake.configure();
  writeFileSync(stamp, wanted);
}

function fail(problem) {
  console.error(`holdfast: ${problem}`);
  process.exit(1);
}

await main().catch((error) => fail(error.message));
