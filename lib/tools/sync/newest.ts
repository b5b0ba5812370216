// The newest context of a project among what a store lists by id and time.

import { CONTEXT_ID, type ContextRecord } from '../save/context-record.js';
import { isSameProject, type ProjectName } from '../save/project-key.js';
import { checkedContext } from './same-context.js';

export interface Listed {
  readonly id: string;
  /** When the store got it; milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** How far the clocks of those who write may be apart. */
const CLOCKS_MS = 5 * 60_000;
/** Of what is listed but is no context of the project. */
const MOST_READ = 1000;

/** Of what a store holds: whole, what its id says, and of that project. It may be anything. */
export function newer(found: unknown, project: ProjectName, than?: ContextRecord): ContextRecord | undefined {
  const record = checkedContext(found);
  if (record === undefined || !isSameProject(record.project, project)) return than;
  return than === undefined || Date.parse(record.createdAt) > Date.parse(than.createdAt) ? record : than;
}

/**
 * The one that arrived last is read first; nothing arrives before it was made, so that what arrived before the newest
 * one was made cannot be newer. `read` gives what the store holds by an id.
 */
export async function newestOf(
  listed: readonly Listed[],
  project: ProjectName,
  read: (id: string) => Promise<unknown>,
): Promise<ContextRecord | undefined> {
  let newest: ContextRecord | undefined;
  const lastFirst = [...listed].sort((one, other) => other.modifiedMs - one.modifiedMs).slice(0, MOST_READ);
  for (const { id, modifiedMs } of lastFirst) {
    if (newest !== undefined && Date.parse(newest.createdAt) > modifiedMs + CLOCKS_MS) break;
    newest = newer(await read(id), project, newest);
  }
  return newest;
}

/** The id in a name such as `c-0123....json`; undefined for what is none of ours. */
export function idIn(name: string): string | undefined {
  const id = name.replace(/\.json$/, '');
  return CONTEXT_ID.test(id) ? id : undefined;
}
