// The gauntlet outside of Windows: scripts of the shell, found by their command lines in /proc.

import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Identity } from '../../index.js';
import { processGroup, processTable } from '../../native-api.js';
import { SCRIPTS, SHELL_TECHNIQUES, rootScript } from './scripts.js';
import type { GauntletSystem } from './system.js';

export const POSIX: GauntletSystem = {
  ends: ['owner killed', 'kill()', 'root exits', 'owner and guard killed'],
  techniques: SHELL_TECHNIQUES,
  readyMs: 10_000,
  stillMs: 300, // some beats of every member that lives
  interrupts: ['SIGINT', 'SIGTERM'],
  isInstalled: (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0,
  prepare,
  root: (directory) => ['sh', join(directory, 'root'), directory],
  ownedRoot: (directory) => ['sh', '-c', 'sh "$0" "$1" & wait', join(directory, 'root'), directory],
  living,
  guardOf,
  sweep,
  dieOf: (signal) => {
    process.kill(process.pid, signal);
  },
};

function prepare(directory: string, techniques: readonly string[]): void {
  const root = rootScript(SHELL_TECHNIQUES.filter(({ name }) => techniques.includes(name)));
  for (const [name, text] of Object.entries({ ...SCRIPTS, root })) writeFileSync(join(directory, name), `${text}\n`);
}

/** The names of the techniques that have a live process: `sh SCRIPT DIRECTORY NAME`. */
function living(directory: string): string[] {
  const names = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(Number(pid)))
    .filter((words) => words[2] === directory)
    .map((words) => words[3] ?? '')
    .filter((name) => name !== '');
  return [...new Set(names)];
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return []; // gone meanwhile
  }
}

/** The guard leads a session of its own and is a child of the front, whose command line names the directory. */
function guardOf(directory: string): Identity | undefined {
  const table = processTable();
  const front = table.find(({ pid }) => isFront(commandLine(pid), directory));
  return table.find(({ pid, ppid, session }) => ppid === front?.pid && session === pid);
}

function isFront(words: readonly string[], directory: string): boolean {
  return words[1] === 'run' && words.includes(directory);
}

/** One that is stopped leads a session. */
function sweep(directory: string): void {
  for (const { pid, startTime, session } of processTable()) {
    if (session !== pid || commandLine(pid)[2] !== directory) continue;
    try {
      processGroup.signal(pid, startTime, constants.signals.SIGKILL);
    } catch {
      continue; // it has just ended
    }
  }
}
