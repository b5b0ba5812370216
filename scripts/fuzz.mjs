// `npm run fuzz -- [--seconds N] [--check] [target...]`: builds the targets of test/fuzz and runs each for its share of
// N seconds (default 60). What a run finds new is kept in build/fuzz/corpus, what it breaks in build/fuzz/broken.
// --check only looks whether they compile, with the compiler that c++ is.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { PROJECT_ROOT, sources } from './sources.mjs';

const CXX = process.env.HOLDFAST_FUZZ_CXX ?? 'clang++';
const FUZZ = join(PROJECT_ROOT, 'test', 'fuzz');
const BUILD = join(PROJECT_ROOT, 'build', 'fuzz');
const TARGETS = readdirSync(FUZZ)
  .filter((name) => name.endsWith('.cc'))
  .map((name) => name.slice(0, -3));

class FuzzFailure extends Error {}

function main() {
  const { values, positionals } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, check: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const total = Number(values.seconds);
  const unknown = positionals.find((name) => !TARGETS.includes(name));
  if (unknown !== undefined) throw new FuzzFailure(`unknown target '${unknown}', expected ${TARGETS.join(', ')}`);
  if (!(total > 0)) throw new FuzzFailure(`--seconds expects a number above 0, got '${values.seconds}'`);
  const chosen = positionals.length > 0 ? positionals : TARGETS;
  if (values.check) return make('check', chosen, 'c++');
  requireFuzzer();
  make('all', chosen, CXX);
  const broken = chosen.filter((target) => !holds(target, Math.max(1, Math.round(total / chosen.length))));
  if (broken.length > 0) throw new FuzzFailure(`broken: ${broken.join(', ')}; the inputs are in ${BUILD}/broken`);
}

function requireFuzzer() {
  const runtime = spawnSync(CXX, ['-print-runtime-dir'], { encoding: 'utf8' });
  const directories = [runtime.stdout?.trim(), `${runtime.stdout?.trim()}/../linux`].filter(Boolean);
  const found = directories.some((path) => existsSync(path) && readdirSync(path).some((name) => name.includes('fuzzer')));
  if (runtime.status !== 0 || !found) {
    throw new FuzzFailure(`${CXX} with libFuzzer is missing. Debian: apt-get install clang libclang-rt-14-dev`);
  }
}

function make(goal, targets, compiler) {
  const programs = new Set(['native/guard/main.cc', 'native/guard/terminate.cc']);
  const system = sources(['core', 'posix', 'linux', 'guard']).filter((path) => !programs.has(path));
  const words = [`CXX=${compiler}`, `ARCH=${process.arch}`, `TARGETS=${targets.join(' ')}`, `SOURCES=${system.join(' ')}`];
  const jobs = `-j${availableParallelism()}`;
  const { status } = spawnSync('make', ['-s', jobs, '-f', 'scripts/fuzz.mk', goal, ...words], { cwd: PROJECT_ROOT, stdio: 'inherit' });
  if (status !== 0) throw new FuzzFailure('the fuzz targets do not compile');
}

function holds(target, seconds) {
  const grown = join(BUILD, 'corpus', target);
  const broken = join(BUILD, 'broken');
  for (const path of [grown, broken]) mkdirSync(path, { recursive: true });
  const limits = ['-timeout=10', '-rss_limit_mb=1024', '-max_len=4096', `-max_total_time=${seconds}`];
  const corpora = [grown, join(FUZZ, 'corpus', target)];
  const run = spawnSync(join(BUILD, target), [...limits, `-artifact_prefix=${broken}/${target}-`, ...corpora], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const done = /^Done (\d+) runs in (\d+) second/m.exec(run.stderr);
  if (run.status === 0 && done !== null) {
    console.log(`${target}: ${done[1]} runs in ${done[2]} s`);
    return true;
  }
  console.error(run.stderr);
  return false;
}

try {
  main();
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  console.error(`holdfast: ${error.message}`);
  process.exitCode = 1;
}
