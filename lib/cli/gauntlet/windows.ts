// The gauntlet on Windows: members that node.exe and cmd.exe start, found by the pids that they sign with.

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import { processTable } from '../../native-api.js';
import type { Command, GauntletSystem } from './system.js';
import { PROGRAM, WINDOWS_TECHNIQUES } from './windows-techniques.js';

const LIFE_MS = 60_000;
const TICKS_PER_MS = 10_000n; // of FILETIME
const MS_FROM_1601_TO_1970 = 11_644_473_600_000n;

/** Killing owner and guard together is no other end here than killing the owner: the job has no guard. */
export const WINDOWS: GauntletSystem = {
  ends: ['owner killed', 'kill()', 'root exits'],
  techniques: WINDOWS_TECHNIQUES,
  readyMs: 30_000,
  stillMs: 1000, // a generation of the hydra starts node
  interrupts: ['SIGINT', 'SIGBREAK', 'SIGHUP'],
  isInstalled: () => true,
  prepare: () => undefined,
  root: (directory) => commandOf('root', directory),
  ownedRoot: (directory) => commandOf('owner', directory),
  living,
  guardOf: () => undefined,
  sweep: () => undefined,
  dieOf: (signal) => process.exit(128 + constants.signals[signal]),
};

function commandOf(role: 'root' | 'owner', directory: string): Command {
  return [process.execPath, PROGRAM, role, directory, role, String(Date.now() + LIFE_MS)];
}

function living(directory: string): string[] {
  const startOf = new Map(processTable().map(({ pid, startTime }) => [pid, startTime]));
  const lives = ({ pid, at }: Signature): boolean => {
    const start = startOf.get(pid) ?? 0n;
    return start > 0n && start / TICKS_PER_MS - MS_FROM_1601_TO_1970 <= at;
  };
  const names = WINDOWS_TECHNIQUES.map(({ name }) => name);
  return names.filter((name) => signaturesIn(join(directory, `${name}.beats`)).some(lives));
}

/** The process that had this pid at that time: whoever has it now and was started later is another. */
interface Signature {
  readonly pid: number;
  /** In ms since 1970. */
  readonly at: bigint;
}

function signaturesIn(path: string): Signature[] {
  const words = readIfThere(path).split('\n').map((line) => /^(\d+) (\d+)$/.exec(line));
  return words.flatMap((found) => (found === null ? [] : { pid: Number(found[1]), at: BigInt(found[2] ?? 0) }));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // nobody has come up yet
  }
}
