// The tree as its owner sees it: facts of the guard in, promises and the root's end out.
// Works on any TreeLink and knows nothing of ChildProcess.

import { constants } from 'node:os';

import type { TreeLink } from '../addon/binding.js';
import { errnoOf } from '../errors.js';
import { graceOption, signalNumber } from '../options.js';
import type { EndReport, EscapeRoute, Identity, Mechanism, Member, Survivor, Tree, Usage } from '../types.js';
import { requireReleased } from './conversation.js';
import { fieldsOf, readEnd, readMember, readRootEnd, readSurvivor, readUsage, wordOf } from './facts.js';
import type { RootEnd } from './facts.js';
import { Guard } from './guard.js';
import type { Timeout } from './launch-request.js';

const KILL_DEADLINE_MS = 5000;

/** What is known of a tree when it begins. */
export interface TreeFacts {
  readonly id: string;
  readonly label: string | undefined;
  readonly owner: Identity;
  readonly mechanism: Mechanism;
  readonly escapable: readonly EscapeRoute[];
  readonly graceMs: number;
  readonly timeout: Timeout | undefined;
}

export class ContainedTree implements Tree {
  readonly id: string;
  declare readonly label?: string;
  readonly owner: Identity;
  readonly mechanism: Mechanism;
  readonly escapable: readonly EscapeRoute[];
  readonly empty: Promise<EndReport>;

  /** Called once, in the async context in which the tree was made. */
  onRootEnd: ((end: RootEnd) => void) | undefined;

  readonly #graceMs: number;
  readonly #timeout: Timeout | undefined;
  readonly #survivors: Survivor[] = [];
  readonly #began = performance.now();
  #guard: Guard | undefined;
  #settleEmpty: (report: EndReport) => void = () => undefined;
  #rootEnded = false;
  #released = false;
  #wanted = true;
  #awaited = 0;

  constructor(facts: TreeFacts) {
    this.id = facts.id;
    if (facts.label !== undefined) this.label = facts.label;
    this.owner = facts.owner;
    this.mechanism = facts.mechanism;
    this.escapable = facts.escapable;
    this.#graceMs = facts.graceMs;
    this.#timeout = facts.timeout;
    this.empty = new Promise((resolve) => (this.#settleEmpty = resolve));
  }

  /** The root runs; the guard at the other end of the link speaks for the tree from now on. */
  begin(link: TreeLink): void {
    this.#guard = new Guard(link, {
      id: this.id,
      graceMs: this.#graceMs,
      timeout: this.#timeout,
      take: (line) => {
        this.#take(line);
      },
      signalRoot: (signo) => this.signalRoot(signo),
      giveUp: () => {
        this.#giveUp();
      },
    });
  }

  /** Nothing was started. */
  abandon(): void {
    this.#rootEnded = true;
    this.#settleEmpty({ reason: 'not-started', endedPolitely: 0, killed: 0, durationMs: 0, survivors: [] });
  }

  /** Signals the root alone. Returns 0 or a negative errno, as libuv does. */
  signalRoot(signo: number): number {
    if (this.#rootEnded || this.#guard === undefined) return errnoOf('ESRCH');
    return this.#guard.signalRoot(signo);
  }

  /** Whether the tree keeps the event loop alive. */
  keepLoop(wanted: boolean): void {
    this.#wanted = wanted;
    this.#updateRef();
  }

  get keepsLoop(): boolean {
    return this.#guard?.keepsLoop ?? false;
  }

  /** Ends the tree without waiting for it. */
  abort(signo: number): void {
    this.#guard?.end('abort', signo, this.#graceMs);
  }

  async members(): Promise<readonly Member[]> {
    const lines = await this.#ask('members');
    return lines.filter((line) => wordOf(line) === 'member').map(readMember);
  }

  async usage(): Promise<Usage> {
    const [line = ''] = await this.#ask('usage');
    return readUsage(line);
  }

  signal(signal: NodeJS.Signals | number = 'SIGTERM'): number {
    const signo = signalNumber('signal', signal);
    const answer = this.#guard?.signalMembers(signo);
    if (answer === undefined && this.#guard?.isOver === false) return errnoOf('ETIMEDOUT');
    return Number(fieldsOf(answer?.at(-1) ?? '')[0] ?? 0);
  }

  terminate(options: { signal?: NodeJS.Signals | undefined; grace?: number | undefined } = {}): Promise<EndReport> {
    const signo = signalNumber('options.signal', options.signal ?? 'SIGTERM');
    const graceMs = graceOption('options.grace', options.grace, this.#graceMs);
    this.#guard?.end('terminate', signo, graceMs);
    return this.#hold(this.empty);
  }

  kill(): Promise<EndReport> {
    this.#guard?.end('kill', constants.signals.SIGKILL, 0);
    return this.#hold(Promise.race([this.empty, this.#overdue()]));
  }

  release(): void {
    if (this.#released) return;
    requireReleased(this.id, this.#guard?.release()?.[0]);
    this.#released = true;
    this.#updateRef();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#released) await this.terminate();
  }

  async #ask(line: string): Promise<readonly string[]> {
    return this.#guard === undefined ? [] : this.#hold(this.#guard.ask(line));
  }

  // Only a guard that was stopped is so late: it proves or names survivors within this time. Not at once: what came
  // while the event loop was blocked has not been read yet.
  #overdue(): Promise<EndReport> {
    return new Promise((resolve) => {
      const settle = (): void => {
        const survivors = this.#unproven();
        resolve({ reason: 'kill', endedPolitely: 0, killed: 0, durationMs: KILL_DEADLINE_MS, survivors });
      };
      const timer = setTimeout(() => setImmediate(settle), KILL_DEADLINE_MS);
      void this.empty.then(() => clearTimeout(timer));
    });
  }

  /** Somebody waits, so the loop must not end before the answer is there. */
  async #hold<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#awaited += 1;
    this.#updateRef();
    try {
      return await answer;
    } finally {
      this.#awaited -= 1;
      this.#updateRef();
    }
  }

  #updateRef(): void {
    const livesOn = this.#released && this.#rootEnded;
    this.#guard?.keepLoop(this.#awaited > 0 || (this.#wanted && !livesOn));
  }

  #take(line: string): void {
    const word = wordOf(line);
    if (word === 'exited' || word === 'signaled') this.#endRoot(readRootEnd(line));
    else if (word === 'survivor') this.#survivors.push(readSurvivor(line));
    else if (word === 'empty') this.#finish(readEnd(line, this.#survivors));
  }

  // The guard keeps the root a zombie until it hears `collected`, so that the pid stays the root's own while
  // listeners of 'exit' run.
  #endRoot(end: RootEnd): void {
    if (this.#rootEnded) return;
    this.#rootEnded = true;
    try {
      this.onRootEnd?.(end);
    } finally {
      this.#guard?.collectRoot();
      this.#updateRef();
    }
  }

  #finish(report: EndReport): void {
    const guard = this.#guard;
    this.#guard = undefined;
    guard?.stopWatching();
    this.#settleEmpty(report);
    try {
      this.#endRoot({ signo: constants.signals.SIGKILL });
    } finally {
      guard?.close();
    }
  }

  #giveUp(): void {
    if (this.#guard === undefined) return;
    const durationMs = Math.round(performance.now() - this.#began);
    this.#finish({ reason: 'guard-died', endedPolitely: 0, killed: 0, durationMs, survivors: this.#unproven() });
  }

  #unproven(): readonly Survivor[] {
    return this.#survivors.length > 0 ? this.#survivors : (this.#guard?.unheard(this.#rootEnded) ?? []);
  }
}
