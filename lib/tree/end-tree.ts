// Ends a tree that is another process's: by its guard, or, where that is dead or does not answer, in its stead by
// verified identities, as a recovery would.

import { constants } from 'node:os';
import { scheduler } from 'node:timers/promises';

import { ContainmentError, invalidOption } from '../errors.js';
import { DEFAULT_GRACE_MS, graceOption } from '../options.js';
import type { EndReport } from '../types.js';
import { readEnd, readSurvivor, wordOf } from './facts.js';
import { GuardCall } from './guard-call.js';
import { isReachable, type RecordedTree } from './record.js';
import { askRecords } from './records-access.js';
import { recordedTrees } from './registry.js';

/** How long a guard may be silent before it is asked whether it is there, before it is continued, and given up. */
const PATIENCE_MS: readonly number[] = [1000, 1000, 5000];
/** How long a guard may take until it can be asked, and how often that is looked for. */
const SOCKET_DEADLINE_MS = 5000;
const SOCKET_LOOK_MS = 10;

export interface KillTreeOptions {
  /** Told in words when the guard cannot do it, and how it is done instead. */
  readonly onTrouble?: ((problem: string) => void) | undefined;
}

export interface TerminateTreeOptions extends KillTreeOptions {
  /**
   * Milliseconds between SIGTERM and SIGKILL.
   * @default the tree's own
   */
  readonly grace?: number | undefined;
}

/**
 * Ends a tree of this user politely, then hard, whoever owns it. Settles when no member is left, or with who is.
 * Rejects with ERR_HOLDFAST_NO_TREE when no tree has that id, or it cannot be ended from here.
 */
export function terminateTree(id: string, { grace, onTrouble }: TerminateTreeOptions = {}): Promise<EndReport> {
  if (grace !== undefined) graceOption('options.grace', grace, DEFAULT_GRACE_MS);
  return endById(id, { how: 'terminate', grace, onTrouble: onTrouble ?? unheard });
}

/** The same at once, by SIGKILL. */
export function killTree(id: string, { onTrouble }: KillTreeOptions = {}): Promise<EndReport> {
  return endById(id, { how: 'kill', onTrouble: onTrouble ?? unheard });
}

const unheard = (): void => undefined;

interface EndWish {
  readonly how: 'kill' | 'terminate';
  /** Milliseconds; undefined: the tree's own. */
  readonly grace?: number | undefined;
  readonly onTrouble: (problem: string) => void;
}

function endById(id: string, wish: EndWish): Promise<EndReport> {
  if (typeof id !== 'string') throw invalidOption('id', 'the id of a tree', id);
  return recordedTrees().then((trees) => {
    const tree = trees.find(({ info }) => info.id === id);
    if (tree !== undefined && isReachable(tree)) return endTree(tree, wish);
    const problem = tree === undefined ? 'there is no such tree' : `it is ${tree.info.state}: ${tree.info.reason ?? ''}`;
    throw new ContainmentError('ERR_HOLDFAST_NO_TREE', `cannot end tree ${id}: ${problem}`);
  });
}

async function endTree(tree: RecordedTree, wish: EndWish): Promise<EndReport> {
  const socket = tree.locked ? await socketOf(tree, wish) : undefined;
  const report = socket === undefined ? undefined : await endByGuard(tree, socket, wish);
  if (report !== undefined) return report;
  const now = await recordedNow(tree);
  if (now === undefined) return GONE;
  wish.onTrouble(now.locked ? 'the guard does not answer: it is ended with its tree' : 'the guard is dead');
  const { id } = tree.info;
  const lines = await askRecords((records, home) => records.endTree(home, id));
  if (lines.length > 0) return reportIn(lines);
  if ((await recordedNow(tree)) === undefined) return GONE;
  const message = `the guard of tree ${id} does not answer, and it is another process that holds its record`;
  throw new ContainmentError('ERR_HOLDFAST_NO_ANSWER', message, { path: tree.info.record });
}

/** A guard makes its socket when it first has nothing else to do: a young one soon, a stopped one when it goes on. */
async function socketOf(tree: RecordedTree, wish: EndWish): Promise<string | undefined> {
  if (tree.socket !== undefined) return tree.socket;
  await wake(tree, wish);
  const until = performance.now() + SOCKET_DEADLINE_MS;
  for (;;) {
    const now = await recordedNow(tree);
    if (now?.locked !== true || now.socket !== undefined || performance.now() > until) return now?.socket;
    await scheduler.wait(SOCKET_LOOK_MS);
  }
}

/** What is told of a tree that has come to its end meanwhile. */
const GONE: EndReport = { reason: 'ended', endedPolitely: 0, killed: 0, durationMs: 0, survivors: [] };

async function recordedNow({ info }: RecordedTree): Promise<RecordedTree | undefined> {
  return (await recordedTrees()).find((other) => other.info.record === info.record);
}

function requestFor({ how, grace }: EndWish): string {
  const signo = how === 'kill' ? constants.signals.SIGKILL : constants.signals.SIGTERM;
  return `end ${how} ${signo} ${how === 'kill' ? 0 : (grace ?? '-')}`;
}

/**
 * Undefined when the guard does not answer, or has gone without a word. A guard that was stopped is continued, and does
 * what it was asked to before.
 */
async function endByGuard(tree: RecordedTree, socket: string, wish: EndWish): Promise<EndReport | undefined> {
  const call = new GuardCall(socket);
  const heard: string[] = [];
  try {
    call.say(`${requestFor(wish)}\nusage`); // in one piece: the guard may be gone before a second
    for (let silences = 0; silences < PATIENCE_MS.length; ) {
      const lines = await call.hear(['usage', 'empty'], PATIENCE_MS[silences] ?? 0);
      heard.push(...(lines ?? []));
      if (wordOf(heard.at(-1) ?? '') === 'empty') return reportIn(heard);
      if (lines === undefined && call.over) return undefined;
      silences = lines === undefined ? silences + 1 : 0;
      if (silences === 1) call.say('usage');
      if (silences === 2) await wake(tree, wish);
    }
    return undefined;
  } finally {
    call.hangUp();
  }
}

async function wake({ info }: RecordedTree, { onTrouble }: EndWish): Promise<void> {
  const continued = await askRecords((records, home) => records.continueGuard(home, info.id));
  if (continued.length > 0) onTrouble('the guard was stopped: it is continued');
}

function reportIn(lines: readonly string[]): EndReport {
  const survivors = lines.filter((line) => wordOf(line) === 'survivor').map(readSurvivor);
  return readEnd(lines.find((line) => wordOf(line) === 'empty') ?? '', survivors);
}
