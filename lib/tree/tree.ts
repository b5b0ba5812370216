// The tree as its owner sees it: facts of the guard in, promises and the root's end out.
// Works on any GuardLink and knows nothing of ChildProcess.

import { AsyncResource } from 'node:async_hooks';
import { constants } from 'node:os';

import { errnoOf } from '../errors.js';
import { graceOption, signalNumber } from '../options.js';
import type { EndReport, EscapeRoute, Identity, Mechanism, Member, Survivor, Tree, Usage } from '../types.js';
import { fieldsOf, readEnd, readMember, readRootEnd, readSurvivor, readUsage, wordOf } from './facts.js';
import type { RootEnd } from './facts.js';
import { Conversation, requireReleased } from './guard-link.js';
import type { GuardLink } from './guard-link.js';

const ANSWER_DEADLINE_MS = 5000;
const KILL_DEADLINE_MS = 5000;

/** What is known of a tree when it begins. */
export interface TreeFacts {
  readonly id: string;
  readonly label: string | undefined;
  readonly owner: Identity;
  readonly mechanism: Mechanism;
  readonly escapable: readonly EscapeRoute[];
  readonly graceMs: number;
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
  readonly #context = new AsyncResource('HOLDFAST_TREE');
  readonly #inbox: string[] = [];
  readonly #survivors: Survivor[] = [];
  readonly #began = performance.now();
  #link: GuardLink | undefined;
  #conversation: Conversation | undefined;
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
    this.empty = new Promise((resolve) => (this.#settleEmpty = resolve));
  }

  /** The root runs; the guard at the other end of the link speaks for the tree from now on. */
  begin(link: GuardLink): void {
    this.#link = link;
    this.#conversation = new Conversation(link);
    link.onFacts = (lines) => this.#context.runInAsyncScope(this.#deliver, this, lines);
    link.onEnd = () => this.#context.runInAsyncScope(this.#loseGuard, this);
  }

  /** Nothing was started. */
  abandon(): void {
    this.#rootEnded = true;
    this.#settleEmpty({ reason: 'not-started', endedPolitely: 0, killed: 0, durationMs: 0, survivors: [] });
  }

  /** Signals the root alone. Returns 0 or a negative errno, as libuv does. */
  signalRoot(signo: number): number {
    if (this.#rootEnded || this.#link === undefined) return errnoOf('ESRCH');
    return this.#link.signalRoot(signo);
  }

  /** Whether the tree keeps the event loop alive. */
  keepLoop(wanted: boolean): void {
    this.#wanted = wanted;
    this.#updateRef();
  }

  get keepsLoop(): boolean {
    return this.#link?.hasRef() ?? false;
  }

  /** Ends the tree without waiting for it. */
  abort(signo: number): void {
    this.#link?.send(`end abort ${signo} ${this.#graceMs}`);
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
    const answer = this.#askNow(`signal ${signo}`);
    return Number(fieldsOf(answer?.at(-1) ?? '')[0] ?? 0);
  }

  terminate(options: { signal?: NodeJS.Signals | undefined; grace?: number | undefined } = {}): Promise<EndReport> {
    const signo = signalNumber('options.signal', options.signal ?? 'SIGTERM');
    return this.#end(`end terminate ${signo} ${graceOption('options.grace', options.grace, this.#graceMs)}`);
  }

  kill(): Promise<EndReport> {
    return Promise.race([this.#end(`end kill ${constants.signals.SIGKILL} 0`), this.#overdue()]);
  }

  release(): void {
    if (this.#released) return;
    requireReleased(this.id, this.#askNow('release')?.[0]);
    this.#released = true;
    this.#updateRef();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#released) await this.terminate();
  }

  async #ask(line: string): Promise<readonly string[]> {
    if (this.#conversation === undefined) return [];
    return this.#hold(this.#conversation.ask(line).then((answer) => answer ?? []));
  }

  #askNow(line: string): readonly string[] | undefined {
    return this.#conversation?.askNow(line, ANSWER_DEADLINE_MS, (others) => {
      if (others.length === 0) return;
      this.#inbox.push(...others);
      setImmediate(() => this.#context.runInAsyncScope(this.#drain, this));
    });
  }

  #end(request: string): Promise<EndReport> {
    this.#link?.send(request);
    return this.#hold(this.empty);
  }

  // Only a guard that has been stopped is so late: it proves or names survivors within this time.
  #overdue(): Promise<EndReport> {
    return new Promise((resolve) => {
      const survivors = this.#survivors;
      const report = { reason: 'kill', endedPolitely: 0, killed: 0, durationMs: KILL_DEADLINE_MS, survivors } as const;
      const timer = setTimeout(resolve, KILL_DEADLINE_MS, report);
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
    if (this.#awaited > 0 || (this.#wanted && !livesOn)) this.#link?.ref();
    else this.#link?.unref();
  }

  #deliver(lines: readonly string[]): void {
    this.#inbox.push(...lines);
    this.#drain();
  }

  // A listener that throws must not cost the facts behind the one it was told.
  #drain(): void {
    try {
      for (let line = this.#inbox.shift(); line !== undefined; line = this.#inbox.shift()) this.#take(line);
    } finally {
      if (this.#inbox.length > 0) setImmediate(() => this.#context.runInAsyncScope(this.#drain, this));
    }
  }

  #take(line: string): void {
    const word = wordOf(line);
    if (word === 'exited' || word === 'signaled') this.#endRoot(readRootEnd(line));
    else if (word === 'survivor') this.#survivors.push(readSurvivor(line));
    else if (word === 'empty') this.#finish(readEnd(line, this.#survivors));
    else this.#conversation?.take(line);
  }

  // The guard keeps the root a zombie until it hears `collected`, so that the pid stays the root's own while
  // listeners of 'exit' run.
  #endRoot(end: RootEnd): void {
    if (this.#rootEnded) return;
    this.#rootEnded = true;
    try {
      this.onRootEnd?.(end);
    } finally {
      this.#link?.send('collected');
      this.#updateRef();
    }
  }

  #finish(report: EndReport): void {
    const link = this.#link;
    this.#link = undefined;
    this.#settleEmpty(report);
    try {
      this.#endRoot({ signo: constants.signals.SIGKILL });
    } finally {
      link?.close();
      this.#conversation?.end();
      this.#conversation = undefined;
    }
  }

  // Neither the guard nor whoever was to recover its tree could say how it ended.
  #loseGuard(): void {
    this.#drain();
    if (this.#link === undefined) return;
    const durationMs = Math.round(performance.now() - this.#began);
    this.#finish({ reason: 'guard-died', endedPolitely: 0, killed: 0, durationMs, survivors: this.#survivors });
  }
}
