// The guard of one tree as the tree deals with it: the link, what is asked over it, what comes back line by line, and
// the watch over an end that was asked for. Every wait for a guard has its deadline here.

import { constants } from 'node:os';

import type { TreeLink } from '../addon/binding.js';
import type { Survivor } from '../types.js';
import { Conversation } from './conversation.js';
import { GuardWatch } from './guard-watch.js';
import { Inbox } from './inbox.js';
import type { Timeout } from './launch-request.js';
import { isStopped, namedIn, unheardOf } from './unheard.js';

const OWN_ANSWER_MS = 5000;

const { SIGHUP, SIGINT, SIGQUIT, SIGTERM } = constants.signals;
const ASK_TO_END: ReadonlySet<number> = new Set([SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
/** For these the event loop stands still. */
const SIGNAL_WAITS_MS: readonly number[] = [500];
const RELEASE_WAITS_MS: readonly [number, number] = [1000, 4000];

/** The tree of the guard. */
export interface Guarded {
  readonly id: string;
  readonly graceMs: number;
  readonly timeout: Timeout | undefined;
  /** A line that is no answer. */
  take(line: string): void;
  readonly signalRoot: (signo: number) => number;
  /** Neither the guard nor a recovery in its place can tell how the tree ended. */
  readonly giveUp: () => void;
}

export class Guard {
  readonly #link: TreeLink;
  readonly #graceMs: number;
  readonly #conversation: Conversation;
  readonly #watch: GuardWatch;
  readonly #inbox: Inbox;
  #closed = false;

  constructor(link: TreeLink, tree: Guarded) {
    this.#link = link;
    this.#graceMs = tree.graceMs;
    this.#conversation = new Conversation(link);
    this.#watch = this.#watchFor(tree);
    this.#inbox = new Inbox((line) => {
      if (!this.#watch.withholds(line) && !this.#conversation.take(line)) tree.take(line);
    });
    if (tree.timeout !== undefined) this.#watch.expect(tree.timeout, tree.graceMs);
    link.onFacts = (lines) => {
      this.#watch.heard();
      this.#inbox.deliver(lines);
    };
    link.onEnd = () => {
      this.#inbox.deliver([]);
      if (!this.#closed) this.#watch.lose();
    };
  }

  /** Whether the last fact is here, though it may not have been taken yet. */
  get isOver(): boolean {
    return this.#closed || this.#inbox.holds('empty');
  }

  /** Without waiting. */
  end(reason: 'abort' | 'kill' | 'terminate', signo: number, graceMs: number): void {
    void this.#link.send(`end ${reason} ${signo} ${graceMs}`); // where it cannot be sent, the end of the link follows
    this.#watch.begin({ signo, graceMs });
  }

  /** The owner has seen the root's end, whose pid may be freed. */
  collectRoot(): void {
    void this.#link.send('collected');
  }

  /** The guard is told of a wish to end: whom the root passes it on to is not asked at once when the root has ended. */
  signalRoot(signo: number): number {
    if (ASK_TO_END.has(signo)) void this.#link.send(`asked ${signo}`);
    return this.#link.signalRoot(signo);
  }

  /** Rejects when the guard does not answer in time; nothing when it has gone. */
  async ask(line: string): Promise<readonly string[]> {
    return (await this.#conversation.ask(line, OWN_ANSWER_MS)) ?? [];
  }

  /** Nothing when the guard did not answer in time, or has gone. */
  signalMembers(signo: number): readonly string[] | undefined {
    return this.#askNow(`signal ${signo}`, SIGNAL_WAITS_MS);
  }

  /**
   * The same. What was asked for cannot be taken back and may still happen; but an end that stands behind it in the
   * queue happens, too. So a tree that was not released in time is not left to itself.
   */
  release(): readonly string[] | undefined {
    const answer = this.#askNow('release', this.#releaseWaits());
    if (answer === undefined) this.end('terminate', constants.signals.SIGTERM, this.#graceMs);
    if (answer?.[0] === 'released') this.#watch.expectNothing();
    return answer;
  }

  unheard(rootEnded: boolean): readonly Survivor[] {
    return unheardOf(this.#link.facts, rootEnded);
  }

  /** Whether the link to it keeps the event loop alive. */
  keepLoop(wanted: boolean): void {
    if (wanted) this.#link.ref();
    else this.#link.unref();
  }

  get keepsLoop(): boolean {
    return this.#link.hasRef();
  }

  stopWatching(): void {
    this.#closed = true;
    this.#watch.stop();
  }

  close(): void {
    this.#link.close();
    this.#conversation.end();
  }

  #watchFor({ id, signalRoot, giveUp }: Guarded): GuardWatch {
    const link = this.#link;
    return new GuardWatch({
      id,
      guard: namedIn(link.facts, 'guard'),
      signalRoot,
      giveUp,
      ping: () => {
        this.#conversation.ping();
      },
      endGuard: link.endGuard && (() => link.endGuard?.()),
      tell: (lines) => {
        this.#inbox.deliverLater(lines);
      },
    });
  }

  #askNow(line: string, waitsMs: Iterable<number>): readonly string[] | undefined {
    const answer = this.#conversation.askNow(line, waitsMs, (others) => {
      this.#inbox.deliverLater(others);
    });
    if (answer !== undefined) this.#watch.heard();
    return answer;
  }

  /** A guard that stands still although it was just continued will not answer soon; one that is busy will. */
  *#releaseWaits(): Iterable<number> {
    const [first, second] = RELEASE_WAITS_MS;
    yield first;
    if (!isStopped(namedIn(this.#link.facts, 'guard'))) yield second;
  }
}
