// `node scripts/build.mjs [native] [ts] [tests]`: compiles the addon and the guard, lib to dist, test and bench to
// build, and the tests of native/core. Without a word it makes what an installation needs. Downloads nothing; only
// what changed is compiled.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { buildChecks } from './build-checks.mjs';
import { withBuildLock } from './build-lock.mjs';
import { PROJECT_ROOT, sources } from './sources.mjs';
import { headersOfThisNode, missingTools } from './toolchain.mjs';

const BUILD = join(PROJECT_ROOT, 'build');
const { resolve } = createRequire(import.meta.url);
const STEPS = { native: buildNative, ts: buildLibrary, tests: buildTests };

/** A failure the user can read without a stack trace. */
class BuildFailure extends Error {}

function main(words) {
  const unknown = words.find((word) => !(word in STEPS));
  if (unknown !== undefined) throw new BuildFailure(`unknown part '${unknown}', expected ${Object.keys(STEPS).join(', ')}`);
  const parts = words.length === 0 ? ['native', 'ts'] : words;
  mkdirSync(BUILD, { recursive: true });
  withBuildLock(join(BUILD, '.lock'), () => {
    for (const part of parts) STEPS[part]();
  });
}

function buildNative() {
  const missing = missingTools();
  const headers = headersOfThisNode();
  if (headers.problem !== undefined) missing.push(headers.problem);
  if (missing.length > 0) throw new BuildFailure(`cannot compile the addon and the guard.\n  ${missing.join('\n  ')}`);
  // With headers at hand node-gyp keeps nothing in its own directory, and yet demands a HOME to find it.
  const args = ['--nodedir', headers.directory, '--devdir', join(BUILD, '.node-gyp'), '--loglevel=error'];
  if (configurationIsStale()) {
    nodeGyp('configure', args);
    writeFileSync(join(BUILD, '.configured'), configuration());
  }
  nodeGyp('build', [...args, '--jobs', String(availableParallelism())]);
}

function buildLibrary() {
  if (!existsSync(join(PROJECT_ROOT, 'lib'))) return;
  compile('tsconfig.json', 'lib', join(PROJECT_ROOT, 'dist'));
  buildChecks();
}

function buildTests() {
  for (const folder of ['test', 'bench']) removeStale(join(PROJECT_ROOT, folder), join(BUILD, folder));
  tsc('tsconfig.test.json');
  if (process.platform !== 'win32') buildCoreTest();
}

function buildCoreTest() {
  const tests = readdirSync(join(PROJECT_ROOT, 'test', 'native')).filter((name) => name.endsWith('.cc'));
  const words = [...sources(['core']), ...tests.map((name) => `test/native/${name}`)];
  const flags = ['-s', `-j${availableParallelism()}`, '-f', 'scripts/core-test.mk', `SOURCES=${words.join(' ')}`];
  const { status, error } = spawnSync('make', flags, { cwd: PROJECT_ROOT, stdio: 'inherit' });
  if (status !== 0) throw new BuildFailure(`the tests of native/core do not compile${error === undefined ? '' : `: ${error.message}`}`);
}

function compile(project, from, to) {
  removeStale(join(PROJECT_ROOT, from), to);
  tsc(project);
}

function tsc(project) {
  run(resolve('typescript/bin/tsc'), ['-p', join(PROJECT_ROOT, project)], `TypeScript (${project})`);
}

/** gyp reads the list of sources only when it configures, so a file more or less asks for that. */
function configurationIsStale() {
  const stamp = join(BUILD, '.configured');
  return !existsSync(join(BUILD, 'Makefile')) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== configuration();
}

function configuration() {
  const listed = sources(['core', 'posix', 'linux', 'macos', 'windows', 'guard', 'guard/windows', 'addon', 'addon/posix', 'addon/windows']);
  const sanitizers = process.env.HOLDFAST_SANITIZERS ?? '';
  return [process.execPath, process.version, sanitizers, readFileSync(join(PROJECT_ROOT, 'binding.gyp'), 'utf8'), ...listed].join('\n');
}

function nodeGyp(command, args) {
  run(resolve('node-gyp/bin/node-gyp.js'), [command, ...args], `node-gyp ${command}`);
}

function run(script, args, what) {
  const env = { ...process.env, MAKEFLAGS: 'k' }; // every error at once, and the guard also when the addon does not compile
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: PROJECT_ROOT, env, stdio: 'inherit' });
  if (status !== 0) throw new BuildFailure(`${what} failed`);
}

/** tsc never removes the output of a source that is gone, and mocha would go on running it. */
function removeStale(from, to) {
  if (!existsSync(to)) return;
  for (const name of readdirSync(to, { recursive: true })) {
    const source = /^(.*?)(\.d)?\.(m?)[jt]s$/.exec(name);
    if (source !== null && !existsSync(join(from, `${source[1]}.${source[3]}ts`))) rmSync(join(to, name));
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  console.error(`holdfast: ${error.message}`);
  process.exitCode = 1;
}
