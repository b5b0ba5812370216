// The store: plain files below the state directory, each written as a whole and durably.
//
//   outbox/TIME-ID.PROJECT.json   waits to be sent; leaves only for one of the next two
//   sent/TIME-ID.PROJECT.json     a remote has proven that it has it
//   failed/TIME-ID.PROJECT.json   a remote has refused it for what it is; TIME-ID.reason says why
//   contexts/PROJECT/latest.json  what was saved last of a project
//   contexts/PROJECT/seen.json    what the project looked like then
//   contexts/PROJECT/git/1/       what stands in for the directory of git (git/stand-in.ts); 2/ for a save beside it
//   store.lock                    held while somebody reads the store and changes it by what was read
//
// An item moves by rename: at any moment it is in one place, and after a crash it is where it was or where it was
// going.

import { createHash } from 'node:crypto';
import { opendirSync, readFileSync, renameSync, rmSync, statSync, type Dir } from 'node:fs';
import { join } from 'node:path';

import { canonicalJson, isIntact, type ContextRecord } from './context-record.js';
import { acquireLock, type HeldLock, type LockOptions } from '../lock.js';
import { makePrivateDirectory, readFileIfAny, replaceFile, syncDirectory, writeFailure } from '../private-files.js';
import { isItemName, itemNameOf, oldestFirst, StoredItem, type Shelf } from './stored-item.js';

export interface Seen {
  /** Of activity.ts. */
  readonly mark: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

export class Store {
  readonly #state: string;

  constructor(state: string) {
    this.#state = state;
  }

  /**
   * For whoever looks something up and writes what follows from it: save contexts, and bring items back to the outbox.
   * Held for some milliseconds at a time, never while something is waited for.
   */
  async hold(options: LockOptions): Promise<HeldLock | undefined> {
    return acquireLock(join(this.#state, 'store.lock'), options);
  }

  /** Returns false when it is there already: waiting, sent or refused. Nothing is lost from the moment this returns. */
  enqueue(record: ContextRecord): boolean {
    const isKnown = this.find(record.id) !== undefined;
    if (!isKnown) replaceFile(join(this.#shelf('outbox'), itemNameOf(record, Date.now())), `${canonicalJson(record)}\n`);
    const latest = this.#latestPath(record.project.root);
    replaceFile(latest, `${canonicalJson(record)}\n`);
    return !isKnown;
  }

  /** Oldest first. Files with other names are not items. */
  items(shelf: Shelf): readonly StoredItem[] {
    const directory = join(this.#state, shelf);
    const found: StoredItem[] = [];
    for (const name of namesIn(directory)) if (isItemName(name)) found.push(new StoredItem(directory, shelf, name));
    return found.sort(oldestFirst);
  }

  count(shelf: Shelf): number {
    let count = 0;
    for (const name of namesIn(join(this.#state, shelf))) if (isItemName(name)) count += 1;
    return count;
  }

  find(id: string): StoredItem | undefined {
    return this.findAll(id)[0];
  }

  /** More than one where a save did not get the lock in time (save-context.ts). */
  findAll(id: string): readonly StoredItem[] {
    return (['outbox', 'failed', 'sent'] as const).flatMap((shelf) => this.items(shelf)).filter((item) => item.id === id);
  }

  /** The text of an item, byte for byte as it was written. */
  read(item: StoredItem): string {
    return readFileSync(item.path, 'utf8');
  }

  /**
   * A remote has proven that it has the item. That is on the disk once settle() returns; what a failure of power undoes
   * before is sent again, which changes nothing.
   */
  acknowledge(item: StoredItem): void {
    this.#move(item, 'sent');
  }

  settle(): void {
    this.#sync('sent', 'outbox');
  }

  /** A remote will never take the item: it is kept, with the reason, until somebody decides. */
  refuse(item: StoredItem, reason: string): void {
    replaceFile(join(this.#shelf('failed'), reasonNameOf(item)), `${reason}\n`);
    this.#move(item, 'failed');
    this.#sync('failed', item.shelf);
  }

  /** Why an item was refused. */
  reasonFor(item: StoredItem): string | undefined {
    return readFileIfAny(join(this.#state, 'failed', reasonNameOf(item)))?.trimEnd();
  }

  /** A refused or sent item waits again. */
  requeue(item: StoredItem): void {
    this.#move(item, 'outbox');
    this.#sync('outbox', item.shelf);
    rmSync(join(this.#state, 'failed', reasonNameOf(item)), { force: true });
  }

  /** The item is gone for ever. */
  drop(item: StoredItem): void {
    rmSync(item.path, { force: true });
    rmSync(join(this.#state, 'failed', reasonNameOf(item)), { force: true });
  }

  /** Forgets what was sent longer ago than `ageMs`. */
  forgetSent(ageMs: number): void {
    for (const { enqueuedAt, path } of this.items('sent')) {
      if (Date.now() - enqueuedAt <= ageMs) return; // nor were those after it, which are younger
      const sentAt = statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? Infinity; // that of the rename
      if (Date.now() - sentAt > ageMs) rmSync(path, { force: true });
    }
  }

  /** What is damaged is set aside as `latest.json.damaged-TIME`, and counts as nothing. */
  latestOf(projectRoot: string): ContextRecord | undefined {
    const path = join(this.#projectDirectory(projectRoot), 'latest.json');
    const record = readJson(path) as ContextRecord | undefined;
    if (record === undefined || isIntact(record)) return record;
    setAside(path);
    return undefined;
  }

  /** What a project looked like when it was last looked at and saved; undefined when that is not known. */
  seenOf(projectRoot: string): Seen | undefined {
    const seen = readJson(join(this.#projectDirectory(projectRoot), 'seen.json')) as Partial<Seen> | undefined;
    const { mark, savedAt } = seen ?? {};
    return typeof mark === 'string' && typeof savedAt === 'number' ? { mark, savedAt } : undefined;
  }

  noteSeen(projectRoot: string, seen: Seen): void {
    const directory = this.#projectDirectory(projectRoot);
    makePrivateDirectory(this.#state);
    makePrivateDirectory(directory);
    replaceFile(join(directory, 'seen.json'), `${canonicalJson(seen)}\n`);
  }

  /** Where what stands in for the directory of git is made. */
  standInsOf(projectRoot: string): string {
    return join(this.#projectDirectory(projectRoot), 'git');
  }

  #latestPath(projectRoot: string): string {
    const directory = this.#projectDirectory(projectRoot);
    makePrivateDirectory(this.#state);
    makePrivateDirectory(directory);
    return join(directory, 'latest.json');
  }

  #projectDirectory(projectRoot: string): string {
    return join(this.#state, 'contexts', createHash('sha256').update(projectRoot).digest('hex').slice(0, 32));
  }

  #shelf(shelf: Shelf): string {
    const directory = join(this.#state, shelf);
    makePrivateDirectory(this.#state);
    makePrivateDirectory(directory);
    return directory;
  }

  #move(item: StoredItem, to: Shelf): void {
    const path = join(this.#state, to, item.name);
    try {
      if (renamedIfThere(item.path, path)) return;
      this.#shelf(to); // the first one that goes there
      renameSync(item.path, path);
    } catch (error) {
      throw writeFailure(error);
    }
  }

  #sync(...shelves: readonly Shelf[]): void {
    try {
      for (const shelf of shelves) syncDirectory(this.#shelf(shelf));
    } catch (error) {
      throw writeFailure(error);
    }
  }
}

function reasonNameOf({ enqueuedAt, id }: StoredItem): string {
  return `${enqueuedAt}-${id}.reason`;
}

/** The object in a file; undefined when there is none, an empty one when it is no object. */
function readJson(path: string): object | undefined {
  const text = readFileIfAny(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // damaged: whoever reads it sees that what it needs is not there
  }
}

/** Whether both directories were there. */
function renamedIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function setAside(path: string): void {
  try {
    renameSync(path, `${path}.damaged-${Date.now()}`);
  } catch (error) {
    throw writeFailure(error);
  }
}

/** One after the other: there may be a hundred thousand. */
function* namesIn(path: string): Generator<string> {
  const directory = openIfAny(path);
  try {
    for (let entry = directory?.readSync(); entry; entry = directory?.readSync()) yield entry.name;
  } finally {
    directory?.closeSync();
  }
}

function openIfAny(path: string): Dir | undefined {
  try {
    return opendirSync(path, { bufferSize: 1024 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
