// In which order the outbox is sent: oldest first, and of one project one after the other, so that no later state of a
// project arrives before an earlier one.

import type { StoredItem } from '../save/stored-item.js';

/** So many that have to wait are looked past for one that need not. */
const MOST_ASIDE = 1000;

export class OutboxQueue {
  /** What waits now, oldest first. */
  readonly #list: () => readonly StoredItem[];
  #items: readonly StoredItem[] = [];
  #at = 0;
  /** What has to wait for one of its project, by project. */
  readonly #aside = new Map<string, StoredItem[]>();
  #asideCount = 0;
  readonly #onTheirWay = new Set<string>();
  readonly #heldUp = new Set<string>();
  /** The paths of what was taken from the list and may be in the outbox still. */
  readonly #known = new Set<string>();

  constructor(list: () => readonly StoredItem[]) {
    this.#list = list;
  }

  /** Up to so many that may go together, in their order; their projects are on their way until free() is called. */
  take(most: number): readonly StoredItem[] {
    const taken: StoredItem[] = [];
    const own = new Set<string>();
    while (taken.length < most) {
      const item = this.#nextAside(own) ?? this.#nextListed(own);
      if (item === undefined) break;
      taken.push(item);
      own.add(item.project);
    }
    for (const project of own) this.#onTheirWay.add(project);
    return taken;
  }

  /** Whether there is something that has to wait for free(). */
  get isWaiting(): boolean {
    return this.#asideCount > 0;
  }

  free(items: readonly StoredItem[]): void {
    for (const { project } of items) this.#onTheirWay.delete(project);
  }

  /** An item has left the outbox. */
  gone({ path }: StoredItem): void {
    this.#known.delete(path);
  }

  /** An item is left for later: nothing of its project may go before it. */
  holdUp({ project }: StoredItem): void {
    this.#heldUp.add(project);
    this.#asideCount -= this.#aside.get(project)?.length ?? 0;
    this.#aside.delete(project);
  }

  #nextListed(own: ReadonlySet<string>): StoredItem | undefined {
    while (this.#asideCount < MOST_ASIDE) {
      const item = this.#nextKnown();
      if (item === undefined) break;
      if (this.#heldUp.has(item.project)) continue;
      const mustWait = this.#aside.has(item.project) || (this.#onTheirWay.has(item.project) && !own.has(item.project));
      if (!mustWait) return item;
      const aside = this.#aside.get(item.project) ?? [];
      aside.push(item);
      this.#aside.set(item.project, aside);
      this.#asideCount += 1;
    }
    return undefined;
  }

  /** What is saved meanwhile comes last, when nothing else is there: a large outbox takes its time to be listed. */
  #nextKnown(): StoredItem | undefined {
    const isDone = this.#at === this.#items.length && this.#asideCount === 0 && this.#onTheirWay.size === 0;
    if (isDone) {
      this.#items = this.#list().filter(({ path }) => !this.#known.has(path));
      this.#at = 0;
    }
    const item = this.#items[this.#at];
    if (item === undefined) return undefined;
    this.#at += 1;
    this.#known.add(item.path);
    return item;
  }

  /** The oldest one that needs not wait any longer. */
  #nextAside(own: ReadonlySet<string>): StoredItem | undefined {
    let oldest: StoredItem[] | undefined;
    for (const [project, items] of this.#aside) {
      const isFree = own.has(project) || !this.#onTheirWay.has(project);
      if (isFree && (items[0]?.enqueuedAt ?? 0) < (oldest?.[0]?.enqueuedAt ?? Infinity)) oldest = items;
    }
    const item = oldest?.shift();
    if (item !== undefined) this.#asideCount -= 1;
    if (item !== undefined && oldest?.length === 0) this.#aside.delete(item.project);
    return item;
  }
}
