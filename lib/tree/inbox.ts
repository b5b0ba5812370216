// The lines of a guard, taken one after the other in the async context in which the tree was made. A listener that
// throws must not cost the lines behind the one it was told.

import { AsyncResource } from 'node:async_hooks';

import { wordOf } from './facts.js';

export class Inbox {
  readonly #context = new AsyncResource('HOLDFAST_TREE');
  readonly #lines: string[] = [];
  readonly #take: (line: string) => void;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  /** Takes them before it returns, after those that are there already. */
  deliver(lines: readonly string[]): void {
    this.#lines.push(...lines);
    this.#context.runInAsyncScope(this.#drain, this);
  }

  /** Takes them when the caller is through. */
  deliverLater(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#lines.push(...lines);
    this.#drainLater();
  }

  /** Whether a line that waits begins with the word. */
  holds(word: string): boolean {
    return this.#lines.some((line) => wordOf(line) === word);
  }

  #drain(): void {
    try {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) this.#take(line);
    } finally {
      if (this.#lines.length > 0) this.#drainLater();
    }
  }

  #drainLater(): void {
    setImmediate(() => this.#context.runInAsyncScope(this.#drain, this));
  }
}
