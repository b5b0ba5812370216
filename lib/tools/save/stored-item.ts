// An item of the store: a file whose name says when it was saved, which context it is, and of which project.

import { sep } from 'node:path';

import type { ContextRecord } from './context-record.js';
import { projectKeyOf } from './project-key.js';

export type Shelf = 'outbox' | 'sent' | 'failed';

const NAME = /^(?:0|[1-9]\d{0,14})-c-[0-9a-f]{32}(?:\.[a-z0-9-]{1,64})?\.json$/;
const ID_LENGTH = 34;
const END = '.json';

export function itemNameOf({ id, project }: ContextRecord, now: number): string {
  return `${now}-${id}.${projectKeyOf(project)}${END}`;
}

export function isItemName(name: string): boolean {
  return NAME.test(name);
}

/** Nothing but its name is kept: there may be a hundred thousand of them. */
export class StoredItem {
  readonly shelf: Shelf;
  readonly name: string;
  readonly #directory: string;

  /** `name` is one by isItemName(). */
  constructor(directory: string, shelf: Shelf, name: string) {
    this.#directory = directory;
    this.shelf = shelf;
    this.name = name;
  }

  get id(): string {
    const at = this.name.indexOf('-') + 1;
    return this.name.slice(at, at + ID_LENGTH);
  }

  /** Milliseconds since 1970. */
  get enqueuedAt(): number {
    return parseInt(this.name, 10);
  }

  /** projectKeyOf() its project, as its name says; empty where that says nothing. */
  get project(): string {
    return this.name.slice(this.name.indexOf('-') + 1 + ID_LENGTH + 1, -END.length);
  }

  get path(): string {
    return this.#directory + sep + this.name;
  }
}

/** The order in which items are sent: of numbers without zeros before them the one with more digits is larger. */
export function oldestFirst({ name: one }: StoredItem, { name: other }: StoredItem): number {
  return one.indexOf('-') - other.indexOf('-') || (one < other ? -1 : 1);
}
