// One pass over the outbox, each item once, a few at a time, until nothing is left, the time is up, or the remote turns
// out to be away. What is saved meanwhile is sent, too.

import { EXIT, ToolFailure } from '../failure.js';
import { isGenuine, type ContextRecord } from '../save/context-record.js';
import { projectKeyOf, type ProjectName } from '../save/project-key.js';
import type { Store } from '../save/store.js';
import type { StoredItem } from '../save/stored-item.js';
import { PATIENCE, type Attempts } from './attempts.js';
import { OutboxQueue } from './outbox-queue.js';
import { parsedOrUndefined } from './same-context.js';
import { msLeft, type Attempt, type Offer, type Outcome, type Target, type Trouble } from './target.js';

/** Nobody there, three times in a row: nobody will be there for the next one. */
const FAILURES_TO_STOP = 3;

export interface Refusal {
  readonly id: string;
  readonly reason: string;
}

/** Why a pass ended before the outbox was empty. */
export type Stop = Exclude<Trouble, { readonly kind: 'postponed' }>;

export interface RunOptions {
  readonly store: Store;
  readonly target: Target;
  readonly attempt: Attempt;
  readonly attempts: Attempts;
  /** Items. */
  readonly most: number;
  /** Called after each item that was sent or refused. */
  readonly onProgress?: () => void;
}

interface Suspect extends Refusal {
  readonly item: StoredItem;
}

export class Run {
  sent = 0;
  readonly refused: Refusal[] = [];
  /** What the last item was left for that was left. */
  lastProblem: string | undefined;
  stop: Stop | undefined;
  readonly #options: RunOptions;
  readonly #queue: OutboxQueue;
  /** Left too often: theirs is the fault if the remote takes others. */
  readonly #suspects: Suspect[] = [];
  #tried = 0;
  #failuresInARow = 0;
  /** What the last delivery met, when that was nobody. */
  #away: Stop | undefined;
  #hasBroken = false;
  #wake: (() => void)[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#queue = new OutboxQueue(() => options.store.items('outbox'));
  }

  async perform(): Promise<void> {
    const lanes = Array.from({ length: this.#options.target.lanes }, async () => this.#lane());
    const ended = await Promise.allSettled(lanes); // none may go on once the lock is released
    const broken = ended.find((lane) => lane.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    if (this.sent > 0) {
      for (const { item, reason } of this.#suspects) this.#refuse(item, `${reason} (in ${PATIENCE} runs and more, while others were taken)`);
    }
    this.#options.attempts.keep();
    if (this.sent === 0) this.stop ??= this.#away; // too few items, or too little time, to ask three times
  }

  async #lane(): Promise<void> {
    try {
      for (;;) {
        const items = this.#next();
        if (items.length > 0) await this.#send(items);
        else if (this.#isOver() || !this.#queue.isWaiting) return;
        else await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    } catch (error) {
      this.#hasBroken = true;
      throw error;
    } finally {
      this.#wakeOthers();
    }
  }

  #isOver(): boolean {
    const { attempt, most } = this.#options;
    const isTimeUp = attempt.signal.aborted || msLeft(attempt) === 0;
    return isTimeUp || this.#hasBroken || this.stop !== undefined || this.#tried >= most;
  }

  #next(): readonly StoredItem[] {
    if (this.#isOver()) return [];
    const { target, most } = this.#options;
    const items = this.#queue.take(Math.min(target.batch, most - this.#tried));
    this.#tried += items.length;
    return items;
  }

  async #send(items: readonly StoredItem[]): Promise<void> {
    const { target, attempt } = this.#options;
    const offered = items.flatMap((item) => {
      const offer = this.#offerOf(item);
      return offer === undefined ? [] : [{ item, offer }];
    });
    try {
      const outcomes = offered.length === 0 ? [] : await target.deliver(offered.map(({ offer }) => offer), attempt);
      for (const [at, { item }] of offered.entries()) {
        const outcome = outcomes[at];
        if (outcome !== undefined) this.#settle(item, outcome);
      }
    } finally {
      this.#queue.free(items);
      this.#wakeOthers();
    }
  }

  #wakeOthers(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Undefined for one that is not what its name says, or is there no more. */
  #offerOf(item: StoredItem): Offer | undefined {
    try {
      const text = this.#options.store.read(item);
      const record = parsedOrUndefined(text) as ContextRecord | null | undefined;
      if (isItself(record, item)) return { id: item.id, project: projectKeyOf(record.project), text };
      this.#refuse(item, 'the file is not what its name says: its content has another digest');
    } catch (error) {
      if (error instanceof ToolFailure) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code === 'ENOENT') return undefined; // somebody has dropped it
      this.#queue.holdUp(item);
      this.lastProblem = message;
    }
    return undefined;
  }

  #refuse(item: StoredItem, reason: string): void {
    this.#options.store.refuse(item, reason);
    this.refused.push({ id: item.id, reason });
    this.#hasLeft(item);
  }

  #hasLeft(item: StoredItem): void {
    this.#queue.gone(item);
    this.#options.attempts.gone(item.id);
    this.#options.onProgress?.();
  }

  #settle(item: StoredItem, outcome: Outcome): void {
    if (outcome.kind === 'acknowledged') {
      this.#options.store.acknowledge(item);
      this.sent += 1;
      this.#hasLeft(item);
    }
    if (outcome.kind === 'refused') this.#refuse(item, outcome.reason);
    if (outcome.kind === 'unreachable' && this.#options.attempt.signal.aborted) return this.#queue.holdUp(item); // we hung up
    this.#away = outcome.kind === 'unreachable' ? outcome : undefined;
    this.#failuresInARow = this.#away === undefined ? 0 : this.#failuresInARow + 1;
    if (outcome.kind === 'acknowledged' || outcome.kind === 'refused') return;
    this.lastProblem = outcome.reason;
    if (outcome.kind === 'postponed') return this.#leave(item, outcome.reason);
    if (outcome.kind === 'unreachable' && this.#failuresInARow < FAILURES_TO_STOP) return this.#leave(item, outcome.reason);
    this.stop ??= outcome;
  }

  #leave(item: StoredItem, reason: string): void {
    const isCutShort = msLeft(this.#options.attempt) === 0; // which is no fault of the item
    if (isCutShort || this.#options.attempts.left(item.id) < PATIENCE) this.#queue.holdUp(item);
    else this.#suspects.push({ item, id: item.id, reason });
  }
}

function isItself(record: ContextRecord | null | undefined, { id, project }: StoredItem): record is ContextRecord {
  if (typeof record?.id !== 'string' || record.id !== id || !isGenuine(record)) return false;
  return isNamed(record.project) && (project === '' || projectKeyOf(record.project) === project);
}

function isNamed(project: Partial<ProjectName> | undefined): boolean {
  return typeof project?.name === 'string' && (project.repo === null || typeof project.repo === 'string');
}

/** What the end of a pass means to whoever started the program. */
export function exitCodeOf({ stop, refused }: Run, left: number): number {
  if (stop?.kind === 'misconfigured') return EXIT.badConfiguration;
  if (stop?.kind === 'unreachable') return EXIT.unavailable;
  if (refused.length > 0) return EXIT.badData;
  return left > 0 ? EXIT.tryAgain : 0;
}
