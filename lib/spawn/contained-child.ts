// What every contained child has, whichever way it was spawned: its terms, its `tree`, its timeout and its abort.

import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

import { ownHome } from '../addon/home.js';
import { guardPath } from '../addon/native-files.js';
import { binding } from '../addon/load.js';
import type { Terms } from '../options.js';
import { signalNumber } from '../options.js';
import type { RootEnd } from '../tree/facts.js';
import type { Timeout } from '../tree/launch-request.js';
import type { OpenLink } from '../tree/start-tree.js';
import type { ContainedTree } from '../tree/tree.js';
import type { ContainmentOptions, Tree } from '../types.js';

export const LAUNCH_DEADLINE_MS = 30_000;

/** What a caller may add to the options of node:child_process. */
export interface WithContainment {
  readonly containment?: ContainmentOptions | undefined;
}

/** A real ChildProcess and the tree that its program is the root of. */
export type Contained<Child> = Child & { readonly tree: Tree };

export interface ChildTerms {
  readonly terms: Terms;
  /** Where Node's own function keeps the timeout to itself (execFile). */
  readonly timeout: Timeout | undefined;
}

export function attachTree(child: ChildProcess, tree: ContainedTree): void {
  Object.defineProperty(child, 'tree', { value: tree, configurable: true, enumerable: false });
}

type KillSignal = NodeJS.Signals | number | undefined;

export function timeoutFrom(ms: number | undefined, killSignal: KillSignal): Timeout | undefined {
  if (ms === undefined || ms === 0) return undefined;
  return { ms, signo: killSignalNumber(killSignal) };
}

/** What to call at the root's end: after its time it has been killed, as by Node's own timer. */
export function timeoutNote(child: ChildProcess, timeout: Timeout | undefined): () => void {
  const began = performance.now();
  return () => {
    if (timeout !== undefined && performance.now() - began >= timeout.ms) Object.assign(child, { killed: true });
  };
}

/** Node answers an abort with one kill() of the child. Here it ends the tree. */
export class Abort {
  readonly #signal: AbortSignal | undefined;
  #done = false;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /**
   * To be called with every signal for the root. The end of the tree brings it to all members at once: a root that were
   * hit before could be gone before its guard has seen whose parent it is.
   */
  signalRoot(tree: ContainedTree, signo: number): number {
    if (this.#done || this.#signal?.aborted !== true) return tree.signalRoot(signo);
    this.#done = true;
    tree.abort(signo);
    return tree.signalRoot(0); // whether it is still there
  }
}

/** The two arguments of 'exit' as process_wrap.cc makes them: a signal without a name has none. */
export function endStatus(end: RootEnd): { code: number; signalName: NodeJS.Signals | '' } {
  if ('code' in end) return { code: end.code, signalName: '' };
  const names = Object.keys(constants.signals) as NodeJS.Signals[];
  return { code: 0, signalName: names.find((name) => constants.signals[name] === end.signo) ?? '' };
}

/** Reaches a guard through the addon. */
export function openNativeLink(descriptors: readonly number[]): OpenLink {
  const home = ownHome();
  return (start) =>
    binding().launchTree({
      ...start,
      guardPath: guardPath(),
      ...(home !== undefined && { home }),
      descriptors,
      deadlineMs: LAUNCH_DEADLINE_MS,
    });
}

function killSignalNumber(killSignal: KillSignal): number {
  return signalNumber('options.killSignal', normalCase(killSignal ?? 'SIGTERM'));
}

// Node takes the names of signals in either case.
function normalCase(signal: NodeJS.Signals | number): NodeJS.Signals | number {
  return typeof signal === 'string' ? (signal.toUpperCase() as NodeJS.Signals) : signal;
}
