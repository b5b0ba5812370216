// Whether what a remote holds is a saved context, and which: the content is what counts, not when and why it was saved,
// nor what the store has added for itself. Others can write there, so that it may be anything.

import { contentIdOf, isGenuine, type ContextRecord } from '../save/context-record.js';

type Check = (value: unknown) => boolean;

export function isSameContext(found: unknown, id: string): boolean {
  const own = shapedOf(found);
  return own !== undefined && contentIdOf(own) === id;
}

/** The record, without what the store has added; undefined for what is none, or not what its id and digest say. */
export function checkedContext(found: unknown): ContextRecord | undefined {
  const record = shapedOf(found);
  return record !== undefined && isGenuine(record) ? record : undefined;
}

/** Undefined for what has another shape: it may be nested so deeply that nothing else can be done with it. */
function shapedOf(found: unknown): ContextRecord | undefined {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- made by scripts/build-checks.mjs
  const hasShape = require('../save/context-check.cjs') as Check;
  const own = ownOf(found);
  return hasShape(own) ? (own as ContextRecord) : undefined;
}

/** Keys that CouchDB and others add (`_id`, `_rev`) begin like this; none of a record does. */
const OF_THE_STORE = '_';

function ownOf(found: unknown): object | undefined {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
  return Object.fromEntries(Object.entries(found).filter(([key]) => !key.startsWith(OF_THE_STORE)));
}

/** Undefined for what is no JSON. */
export function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
