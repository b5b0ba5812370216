// Whether a remote holds the saved state that it should: the content is what counts, not when and why it was saved, nor
// what the store has added for itself.

import { contentIdOf } from '../save/context-record.js';

/** Keys that CouchDB and others add (`_id`, `_rev`) begin like this; none of a record does. */
const OF_THE_STORE = '_';

export function isSameContext(found: unknown, id: string): boolean {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
  const own = Object.entries(found).filter(([key]) => !key.startsWith(OF_THE_STORE));
  return contentIdOf(Object.fromEntries(own)) === id;
}

/** Undefined for what is no JSON. */
export function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
