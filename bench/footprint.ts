// What a guard keeps in memory, and what the command line costs.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { guardPath } from '#lib/addon/native-files.js';

import { contained, workingMechanisms } from './contenders.js';
import { median, printTable, promise, type Row } from './statistics.js';

const PROJECT_ROOT = join(__dirname, '..', '..');

/**
 * Kilobytes that are a guard's own when no other one runs (the pages of its file are shared among guards), and those
 * that are its own in any case.
 */
function memoryOf(pid: number): { all: number; dirty: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  return { all: field('Rss'), dirty: field('Private_Dirty') };
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** The pages of a program that was just linked count as dirty until they are on the disk. */
function writeBack(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

export async function benchGuardMemory(): Promise<void> {
  writeBack(guardPath());
  const all: Row[] = [];
  const dirty: Row[] = [];
  for (const mechanism of workingMechanisms()) {
    const child = contained(mechanism).start('/bin/sh', ['-c', 'echo ready; exec sleep 1000'], ['ignore', 'pipe', 'ignore']);
    if (child.stdout !== null) await once(child.stdout, 'data');
    const guard = guardOf(child.pid ?? 0);
    while (readlinkSync(`/proc/${guard}/exe`) !== realpathSync(guardPath())) await nextTurn(); // until its exec(2) it is our memory
    const memory = memoryOf(guard);
    all.push({ name: `holdfast ${mechanism}`, values: [memory.all] });
    dirty.push({ name: `holdfast ${mechanism}`, values: [memory.dirty] });
    promise(`holdfast ${mechanism}: private memory of the guard`, memory.all, 1024, ' kB');
    promise(`holdfast ${mechanism}: dirty memory of the guard`, memory.dirty, 100, ' kB');
    await child.tree?.kill();
  }
  printTable('memory of a guard that is alone', 'kB', all);
  printTable('private dirty memory of a guard', 'kB', dirty);
}

/** Under `namespace` the root's parent is the namespace's init, and the guard is above that. */
function guardOf(root: number): number {
  let guard = parentOf(root);
  while (parentOf(guard) !== process.pid && parentOf(guard) > 1) guard = parentOf(guard);
  return guard;
}

const BARE = 'node -e 0';
const VERSION = 'holdfast --version';
const HOOK = 'holdfast hook stop, told nothing';
const START_UP_MS = 15;

export function benchCommandLine(effort: number): void {
  const command = join(PROJECT_ROOT, 'bin', 'holdfast.js');
  const home = mkdtempSync(join(tmpdir(), 'holdfast-bench-')); // a hook that is told nothing says so in its log
  const env = { ...process.env, HOLDFAST_HOME: home };
  const ways: { name: string; argv: readonly [string, ...string[]] }[] = [
    { name: 'true', argv: ['/bin/true'] },
    { name: 'holdfast-guard run -- true', argv: [guardPath(), 'run', '--', '/bin/true'] },
    { name: BARE, argv: [process.execPath, '-e', '0'] },
    { name: 'holdfast run -- true', argv: [process.execPath, command, 'run', '--', '/bin/true'] },
    { name: VERSION, argv: [process.execPath, command, '--version'] },
    { name: HOOK, argv: [process.execPath, command, 'hook', 'stop'] },
  ];
  const rows = ways.map(({ name }) => ({ name, values: [] as number[] }));
  for (let round = 0; round < Math.max(3, Math.round(31 * effort)); round++) {
    for (const [index, { argv }] of ways.entries()) {
      const [file, ...args] = argv;
      const began = performance.now();
      const { status } = spawnSync(file, args, { stdio: 'ignore', env });
      if (status !== 0) throw new Error(`${argv.join(' ')} exited with ${status ?? 'a signal'}`);
      rows[index]?.values.push(performance.now() - began);
    }
  }
  rmSync(home, { recursive: true });
  printTable('a command from start to end', 'ms', rows);
  const medianOf = (wanted: string): number => median(rows.find(({ name }) => name === wanted)?.values ?? []);
  for (const name of [VERSION, HOOK]) promise(`${name}, over ${BARE}`, medianOf(name) - medianOf(BARE), START_UP_MS, ' ms');
}
