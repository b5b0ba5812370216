// In how many runs an item was left for what became of itself, kept over runs in `state/attempts.json`: one at which a
// remote fails again and again, while it takes others, must not hold up its project for ever.

import { join } from 'node:path';

import { makePrivateDirectory, readFileIfAny, replaceFile } from '../private-files.js';

/** So often an item holds up its project; after that others go before it. */
export const PATIENCE = 5;
const MOST_KEPT = 1000;

export class Attempts {
  readonly #state: string;
  readonly #counts: Map<string, number>;
  #isChanged = false;

  constructor(state: string) {
    this.#state = state;
    this.#counts = countsIn(readFileIfAny(pathIn(state)) ?? '{}');
  }

  /** In how many runs it was left by now. */
  left(id: string): number {
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.delete(id);
    this.#counts.set(id, count); // the last one is kept longest
    this.#isChanged = true;
    return count;
  }

  gone(id: string): void {
    if (this.#counts.delete(id)) this.#isChanged = true;
  }

  keep(): void {
    if (!this.#isChanged) return;
    makePrivateDirectory(this.#state);
    replaceFile(pathIn(this.#state), `${JSON.stringify(Object.fromEntries([...this.#counts].slice(-MOST_KEPT)))}\n`);
  }
}

function pathIn(state: string): string {
  return join(state, 'attempts.json');
}

/** What is no count is not believed: the worst that follows is that an item holds up its project a little longer. */
function countsIn(text: string): Map<string, number> {
  try {
    const found = Object.entries(JSON.parse(text) as Record<string, number>);
    return new Map(found.filter(([, count]) => Number.isSafeInteger(count) && count > 0));
  } catch {
    return new Map();
  }
}
