// One pass over the outbox: oldest first, each item once, a few at a time, until nothing is left, the time is up, or
// the remote turns out to be away. What is saved meanwhile is sent, too.

import { EXIT, ToolFailure } from '../failure.js';
import { contentIdOf, isIntact, type ContextRecord } from '../save/context-record.js';
import type { Store, StoredItem } from '../save/store.js';
import { parsedOrUndefined } from './same-context.js';
import { msLeft, type Attempt, type Offer, type Outcome, type Target } from './target.js';

/** Nobody there, three times in a row: nobody will be there for the next one. */
const FAILURES_TO_STOP = 3;

export interface Refusal {
  readonly id: string;
  readonly reason: string;
}

/** Why a pass ended before the outbox was empty. */
export type Stop = Extract<Outcome, { readonly kind: 'unreachable' | 'paused' | 'misconfigured' }>;

export class Run {
  readonly sent: string[] = [];
  readonly refused: Refusal[] = [];
  /** What the last item was left for that was left. */
  lastProblem: string | undefined;
  stop: Stop | undefined;
  readonly #store: Store;
  readonly #target: Target;
  readonly #attempt: Attempt;
  readonly #most: number;
  readonly #tried = new Set<string>();
  #queue: StoredItem[] = [];
  #failuresInARow = 0;
  /** What the last delivery met, when that was nobody. */
  #away: Stop | undefined;
  #hasBroken = false;

  constructor(store: Store, target: Target, attempt: Attempt, most: number) {
    this.#store = store;
    this.#target = target;
    this.#attempt = attempt;
    this.#most = most;
  }

  async perform(): Promise<void> {
    const lanes = Array.from({ length: this.#target.lanes }, async () => this.#lane());
    const ended = await Promise.allSettled(lanes); // none may go on once the lock is released
    const broken = ended.find((lane) => lane.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    if (this.sent.length === 0) this.stop ??= this.#away; // too few items, or too little time, to ask three times
  }

  async #lane(): Promise<void> {
    try {
      for (let items = this.#next(); items.length > 0; items = this.#next()) await this.#send(items);
    } catch (error) {
      this.#hasBroken = true;
      throw error;
    }
  }

  #next(): readonly StoredItem[] {
    const isTimeUp = this.#attempt.signal.aborted || msLeft(this.#attempt) === 0;
    if (isTimeUp || this.#hasBroken || this.stop !== undefined) return [];
    if (this.#queue.length === 0) this.#queue = this.#store.items('outbox').filter(({ path }) => !this.#tried.has(path));
    const items = this.#queue.splice(0, Math.min(this.#target.batch, this.#most - this.#tried.size));
    for (const { path } of items) this.#tried.add(path);
    return items;
  }

  async #send(items: readonly StoredItem[]): Promise<void> {
    const offered = items.flatMap((item) => {
      const offer = this.#offerOf(item);
      return offer === undefined ? [] : [{ item, offer }];
    });
    if (offered.length === 0) return;
    const outcomes = await this.#target.deliver(offered.map(({ offer }) => offer), this.#attempt);
    for (const [at, { item }] of offered.entries()) {
      const outcome = outcomes[at];
      if (outcome !== undefined) this.#settle(item, outcome);
    }
  }

  /** Undefined for one that is not what its name says, or is there no more. */
  #offerOf(item: StoredItem): Offer | undefined {
    try {
      const text = this.#store.read(item);
      const record = parsedOrUndefined(text) as ContextRecord | undefined;
      if (isItself(record, item.id)) return { id: item.id, text };
      this.#refuse(item, 'the file is not what its name says: its content has another digest');
    } catch (error) {
      if (error instanceof ToolFailure) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code !== 'ENOENT') this.lastProblem = message; // somebody may have dropped it
    }
    return undefined;
  }

  #refuse(item: StoredItem, reason: string): void {
    this.#store.refuse(item, reason);
    this.refused.push({ id: item.id, reason });
  }

  #settle(item: StoredItem, outcome: Outcome): void {
    if (outcome.kind === 'acknowledged') {
      this.#store.acknowledge(item);
      this.sent.push(item.id);
    }
    if (outcome.kind === 'refused') this.#refuse(item, outcome.reason);
    if (outcome.kind === 'unreachable' && this.#attempt.signal.aborted) return; // it was we who hung up
    this.#away = outcome.kind === 'unreachable' ? outcome : undefined;
    this.#failuresInARow = this.#away === undefined ? 0 : this.#failuresInARow + 1;
    if (outcome.kind === 'acknowledged' || outcome.kind === 'refused') return;
    this.lastProblem = outcome.reason;
    if (outcome.kind === 'postponed') return;
    if (outcome.kind !== 'unreachable' || this.#failuresInARow >= FAILURES_TO_STOP) this.stop ??= outcome;
  }
}

function isItself(record: ContextRecord | undefined, id: string): boolean {
  if (typeof record !== 'object' || typeof (record as Partial<ContextRecord>).id !== 'string') return false;
  return record.id === id && isIntact(record) && contentIdOf(record) === id;
}

/** What the end of a pass means to whoever started the program. */
export function exitCodeOf({ stop, refused }: Run, left: number): number {
  if (stop?.kind === 'misconfigured') return EXIT.badConfiguration;
  if (stop?.kind === 'unreachable') return EXIT.unavailable;
  if (refused.length > 0) return EXIT.badData;
  return left > 0 ? EXIT.tryAgain : 0;
}
