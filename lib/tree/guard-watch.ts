// Watches a guard that is to end its tree: a member may stop it, again and again. One that says nothing is asked
// whether it is there, and when it does not answer the tree is ended in its stead. Holds no event loop.

import { constants } from 'node:os';

import type { Identity } from '../types.js';
import { readEnd, wordOf } from './facts.js';
import type { Timeout } from './launch-request.js';
import { askRecords } from './records-access.js';
import { isRunnable, isStopped } from './unheard.js';

const TICK_MS = 1000;
/** Ticks without a line until the next step. Whoever stands still although it was just continued is being stopped. */
const PATIENCE_WITH_STOPPED = 2;
const PATIENCE = 10;
/** In a fork storm a guard gets little of the processor, and a process that took its place would get less. */
const PATIENCE_WITH_RUNNABLE = 60;
/** How much later than the guard the owner may see that the time is over. */
const TIMEOUT_SLACK_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the watch needs of the tree and of the link to its guard. */
export interface WatchedTree {
  readonly id: string;
  readonly guard: Identity | undefined;
  /** A question, with which a guard that was stopped is continued. */
  ping(): void;
  signalRoot(signo: number): number;
  /** Ends the guard; whoever recovers its tree speaks over the same link. None: no such guard can be stopped. */
  readonly endGuard: (() => void) | undefined;
  /** The lines with which the tree ends, told by another than the guard. */
  tell(lines: readonly string[]): void;
  /** Nobody can tell how the tree ended. */
  giveUp(): void;
}

/** How a tree is to be ended. */
export interface EndWish {
  readonly signo: number;
  readonly graceMs: number;
}

export class GuardWatch {
  readonly #tree: WatchedTree;
  readonly #steps: (() => void)[];
  readonly #withheld: string[] = [];
  #ticking: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;
  #silences = 0;
  #wish: EndWish | undefined;
  #hardAt = Infinity;
  #standsIn = false;
  #lost = false;
  #over = false;

  constructor(tree: WatchedTree) {
    this.#tree = tree;
    const standIn = (): void => void this.#standIn();
    const giveUp = (): void => {
      tree.endGuard?.();
      tree.giveUp();
    };
    this.#steps = [standIn, giveUp];
  }

  /** The guard has been asked to end the tree. */
  begin(wish: EndWish): void {
    if (this.#over || this.#tree.endGuard === undefined) return;
    const hardAt = performance.now() + (wish.signo === constants.signals.SIGKILL ? 0 : wish.graceMs);
    if (hardAt >= this.#hardAt) return;
    this.#hardAt = hardAt;
    this.#wish = wish;
    this.#ticking ??= setInterval(() => {
      this.#tick();
    }, TICK_MS).unref();
  }

  /** The guard keeps the time itself; the owner does so too, because a guard that was stopped does not. */
  expect({ ms, signo }: Timeout, graceMs: number): void {
    if (this.#tree.endGuard === undefined || ms > LONGEST_TIMER_MS - TIMEOUT_SLACK_MS) return;
    this.#clock = setTimeout(() => {
      this.#tree.ping();
      this.begin({ signo, graceMs });
    }, ms + TIMEOUT_SLACK_MS).unref();
  }

  expectNothing(): void {
    clearTimeout(this.#clock);
  }

  /** A line has come: whoever speaks, lives. */
  heard(): void {
    this.#silences = 0;
  }

  /** The link has ended, and the end of the tree was not told. */
  lose(): void {
    this.#lost = true;
    void this.#standIn();
  }

  /**
   * Whether the line waits until it is known what came of the end in the guard's stead. That ends the guard, too, and
   * whoever then recovers its tree over the link knows less of it. A guard that went on after all knows more.
   */
  withholds(line: string): boolean {
    const word = wordOf(line);
    if (!this.#standsIn || (word !== 'survivor' && word !== 'empty')) return false;
    this.#withheld.push(line);
    if (word === 'empty' && readEnd(line, []).reason !== 'guard-died') this.#endStead(this.#withheld);
    return true;
  }

  /** The tree is over. */
  stop(): void {
    this.#over = true;
    this.expectNothing();
    clearInterval(this.#ticking);
  }

  // Ticks are counted and not the time: when the event loop was blocked, the lines of that time have not been read yet.
  #tick(): void {
    this.#silences += 1;
    if (this.#silences >= this.#patience()) this.#goOn();
    if (!this.#over) this.#tree.ping();
  }

  #patience(): number {
    const { guard } = this.#tree;
    if (isRunnable(guard)) return PATIENCE_WITH_RUNNABLE;
    const isFirst = this.#steps.length > 1; // what the first one begins takes its time
    return isFirst && isStopped(guard) ? PATIENCE_WITH_STOPPED : PATIENCE;
  }

  #goOn(): void {
    if (this.#askRoot() || performance.now() < this.#hardAt) return;
    this.#silences = 0;
    this.#steps.shift()?.();
  }

  // The root alone: who else is a member only the guard could tell. One that wakes up signals it once more. Whether the
  // root has been asked just now, and has a moment.
  #askRoot(): boolean {
    const { signo = 0, graceMs = 0 } = this.#wish ?? {};
    this.#wish = undefined;
    if (signo === 0 || signo === constants.signals.SIGKILL || graceMs === 0) return false;
    if (this.#tree.signalRoot(signo) !== 0) return false;
    return this.#tree.signalRoot(constants.signals.SIGCONT) === 0;
  }

  async #standIn(): Promise<void> {
    if (this.#standsIn || this.#over) return;
    this.#standsIn = true;
    const lines = await endInStead(this.#tree.id);
    this.#endStead(lines.length > 0 ? lines : this.#withheld);
  }

  #endStead(lines: readonly string[]): void {
    if (!this.#standsIn) return;
    this.#standsIn = false;
    this.#silences = 0;
    if (this.#over) return;
    if (lines.length > 0) this.#tree.tell(lines);
    else if (this.#lost) this.#tree.giveUp();
    else this.#tree.endGuard?.();
  }
}

/** Finds the members by descent from the guard while it lives. No lines: nobody may do it, or has to. */
async function endInStead(id: string): Promise<readonly string[]> {
  try {
    return await askRecords((records, home) => records.endTree(home, id));
  } catch {
    return []; // without its record the tree is left to whoever recovers it
  }
}
