// Recovery on demand: what crashes of owners and guards have left behind, found by the records and ended by the addon
// on a thread of its own. Here is only the reading of what it tells.

import { ownHome } from '../addon/home.js';
import { invalidOption } from '../errors.js';
import { guardPath } from '../addon/native-files.js';
import { binding } from '../addon/load.js';
import type {
  CleanedTree,
  CleanupOptions,
  CleanupReport,
  CleanupTier,
  Kinship,
  Litter,
  Suspect,
} from './cleanup-types.js';
import { fieldsOf, readSurvivor, unescapeField, wordOf } from './facts.js';
import { askRecords } from './records-access.js';

const DEFAULT_MIN_AGE_MS = 60_000;

/**
 * Ends the trees of this user that nobody owns any more, and reports what looks like one. Never touches live and
 * released trees, other users, other PID namespaces, this process and those it descends from.
 */
export function cleanup(options: CleanupOptions = {}): Promise<CleanupReport> {
  const { dryRun = false, minAge = DEFAULT_MIN_AGE_MS } = options;
  if (typeof dryRun !== 'boolean') throw invalidOption('options.dryRun', 'a boolean', dryRun);
  if (!Number.isSafeInteger(minAge) || minAge < 0) {
    throw invalidOption('options.minAge', 'milliseconds as an integer of at least 0', minAge);
  }
  return askRecords((records, home) => records.cleanup(home, { dryRun, minAgeMs: minAge })).then(readCleanup);
}

/** What a launch through the addon does by itself, once in a process and on another thread. */
export function recoverOthersOnce(mark: string): void {
  binding().records.recoverOthers(ownHome() ?? '', guardPath(), mark);
}

/** One test of a process, and what was found. */
export interface Test {
  readonly name: string;
  readonly holds: boolean;
  readonly detail: string;
}

export interface Explanation {
  readonly tests: readonly Test[];
  readonly tier: CleanupTier;
  /** In words. */
  readonly reason: string;
}

/** Why a clean-up would end a process, or leave it alone. */
export function explain(pid: number): Promise<Explanation> {
  return askRecords((records, home) => records.explain(home, pid)).then(readExplanation);
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer One)[] ? One[] : T[Key] };

export function readCleanup(lines: readonly string[]): CleanupReport {
  const trees: Writable<CleanedTree>[] = [];
  const suspects: Suspect[] = [];
  const litter: Litter[] = [];
  for (const line of lines) {
    const word = wordOf(line);
    if (word === 'tree') trees.push(readTree(line));
    if (word === 'member') trees.at(-1)?.members.push(readKin(line));
    if (word === 'survivor') trees.at(-1)?.survivors.push(readSurvivor(line));
    if (word === 'suspect') suspects.push(readSuspect(line));
    if (word === 'litter') litter.push(readLitter(line));
  }
  return { trees, suspects, litter };
}

function readTree(line: string): Writable<CleanedTree> {
  const [id = '', state, tier, action, killed, label = '', record = '', reason = ''] = fieldsOf(line);
  return {
    ...(id !== '%' && { id: unescapeField(id) }),
    ...(label !== '%' && { label: unescapeField(label) }),
    record: unescapeField(record),
    state: state as CleanedTree['state'],
    tier: tier as CleanupTier,
    action: action as CleanedTree['action'],
    reason: unescapeField(reason),
    members: [],
    killed: Number(killed),
    survivors: [],
  };
}

function readKin(line: string): CleanedTree['members'][number] {
  const [pid, startTime = '', kinship, name = ''] = fieldsOf(line);
  return { pid: Number(pid), startTime: BigInt(startTime), name: unescapeField(name), kinship: kinship as Kinship };
}

function readSuspect(line: string): Suspect {
  const [pid, startTime = '', ppid, doubt, mark = '', name = '', reason = ''] = fieldsOf(line);
  return {
    pid: Number(pid),
    startTime: BigInt(startTime),
    ppid: Number(ppid),
    name: unescapeField(name),
    mark: unescapeField(mark),
    doubt: doubt as Suspect['doubt'],
    reason: unescapeField(reason),
  };
}

function readLitter(line: string): Litter {
  const [action, path = ''] = fieldsOf(line);
  return { path: unescapeField(path), action: action as Litter['action'] };
}

export function readExplanation(lines: readonly string[]): Explanation {
  const tests = lines
    .filter((line) => wordOf(line) === 'test')
    .map((line) => {
      const [name = '', result, detail = ''] = fieldsOf(line);
      return { name, holds: result === 'yes', detail: unescapeField(detail) };
    });
  const [tier, reason = ''] = fieldsOf(lines.at(-1) ?? '');
  return { tests, tier: tier as CleanupTier, reason: unescapeField(reason) };
}
