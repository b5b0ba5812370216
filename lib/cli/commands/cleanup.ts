// `holdfast cleanup`: what crashes have left behind, ended or explained.

import { constants } from 'node:os';

import { ContainmentError } from '../../errors.js';
import { cleanup, explain } from '../../tree/cleanup.js';
import type { CleanedTree, CleanupReport, Litter, Suspect } from '../../tree/cleanup-types.js';
import type { Explanation } from '../../tree/cleanup.js';
import { durationMs, parseArguments, type Arguments } from '../arguments.js';
import { EXIT_NOT_DONE, EXIT_NOT_PERMITTED, Misuse } from '../exit-codes.js';
import { columns, print, printJson } from '../output.js';
import { printable } from '../../printable.js';

const HELP = `usage: holdfast cleanup [--dry-run] [--min-age TIME] [--json]
       holdfast cleanup --explain PID [--json]

Ends the trees of this user whose owner and guard were killed together, removes what stands for
them, and reports what looks like one and is not proven to be. Any process that spawns contained
does the same by itself, once, for proven ones.

  A  an abandoned tree: its record is locked by nobody. It is ended.
  B  its owner is dead, its guard is stopped and does not answer. It is ended.
  C  something speaks for it and something is missing. It is reported, and never signalled.
  D  live and released trees, other users, other PID namespaces, this process and those above it:
     never.

  --dry-run       signal nothing and remove nothing; say what would be done
  --min-age TIME  leave alone what is younger and not proven by a record (default 60s)
  --explain PID   every test of one process, with its result; signals nothing
  --json          one object: 'trees', 'suspects' and 'litter', or what --explain tells
  --budget TIME   for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast cleanup --dry-run
  holdfast cleanup --json | jq -r '.trees[] | select(.action == "left") | .survivors[].pid'
  holdfast cleanup --explain 4711

Exit codes: 0 nothing is left; 1 members survive, or there is no such process; 64 wrong usage;
77 the records may not be read; 125 they cannot be read.
`;

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  'min-age': { type: 'string' },
  explain: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function cleanupCommand(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, { command: 'cleanup', options: OPTIONS, help: HELP });
  if (given === undefined) return;
  try {
    const pid = given.valueOf('explain');
    await (pid === undefined ? cleanUp(given) : tellWhy(pid, given));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    console.error(`holdfast: ${printable(error.message)}`);
    process.exitCode = EXIT_NOT_PERMITTED;
  }
}

function isForbidden(error: unknown): error is ContainmentError {
  const { EPERM, EACCES } = constants.errno;
  return error instanceof ContainmentError && [-EPERM, -EACCES].includes(error.errno ?? 0);
}

async function cleanUp(given: Arguments): Promise<void> {
  const age = given.valueOf('min-age');
  const report = await cleanup({
    dryRun: given.has('dry-run'),
    ...(age !== undefined && { minAge: durationMs('--min-age', age) }),
  });
  if (given.has('json')) printJson(report);
  else print(linesOf(report));
  if (report.trees.some(({ action }) => action === 'left')) process.exitCode = EXIT_NOT_DONE;
}

const ACTIONS: Readonly<Record<CleanedTree['action'] | Litter['action'], string>> = {
  none: 'left alone',
  ended: 'ended',
  left: 'NOT ENDED',
  'would-end': 'would end',
  removed: 'removed',
  'would-remove': 'would remove',
};

/** What a reader has to know: trees that live as they should are not among it. */
function linesOf({ trees, suspects, litter }: CleanupReport): readonly string[] {
  const told = trees.filter(({ state, tier }) => tier !== 'D' || (state !== 'live' && state !== 'released'));
  const rows = [
    ...told.flatMap(rowsOfTree),
    ...suspects.map(rowOfSuspect),
    ...litter.map(({ action, path }) => ['-', action === 'left' ? 'NOT REMOVED' : ACTIONS[action], path]),
  ];
  if (rows.length === 0) return ['nothing to clean up'];
  return columns(rows.map((row) => row.map(printable)), ['left', 'left', 'left']);
}

function rowsOfTree(tree: CleanedTree): string[][] {
  const { id, label, record, tier, action, reason, members, killed, survivors } = tree;
  const name = id === undefined ? record : `tree ${id}${label === undefined ? '' : ` (${label})`}`;
  const count = action === 'would-end' ? `; ${counted(members.length)}` : action === 'none' ? '' : `; ${counted(killed)} killed`;
  const details = action === 'would-end' ? members.map(({ pid, name: comm, kinship }) => `${pid} ${comm}: by ${kinship}`) : [];
  return [
    [tier, ACTIONS[action], `${name}: ${reason}${count}`],
    ...details.map((detail) => ['', '', `  ${detail}`]),
    ...survivors.map(({ pid, name: comm, why }) => ['', '', `  ${pid} ${comm} survives: ${why}`]),
  ];
}

function counted(members: number): string {
  return `${members} ${members === 1 ? 'member' : 'members'}`;
}

function rowOfSuspect({ pid, name, ppid, reason, mark }: Suspect): string[] {
  return ['C', ACTIONS.none, `process ${pid} ${name}, parent ${ppid}: ${reason}${mark === '' ? '' : `; mark ${mark}`}`];
}

async function tellWhy(text: string, given: Arguments): Promise<void> {
  if (given.has('dry-run') || given.valueOf('min-age') !== undefined) {
    throw new Misuse('cleanup: --explain does nothing that --dry-run or --min-age could change');
  }
  const explanation = await explain(pidIn(text));
  if (given.has('json')) printJson(explanation);
  else print(wordsOf(explanation));
  if (explanation.tests[0]?.holds !== true) process.exitCode = EXIT_NOT_DONE;
}

function pidIn(text: string): number {
  const pid = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (pid > 0 && pid < 2 ** 31) return pid;
  throw new Misuse(`--explain expects the number of a process, got '${text}'`);
}

function wordsOf({ tests, tier, reason }: Explanation): readonly string[] {
  const rows = tests.map(({ name, holds, detail }) => [holds ? 'yes' : 'no', name, printable(detail)]);
  return [...columns(rows, ['left', 'left', 'left']), `verdict: ${tier}, ${printable(reason)}`];
}
