// A saved context: what somebody needs to go on with a session elsewhere or later. Its id is made from its content, so
// that an unchanged state gives the same id and a repeated upload changes nothing.

import { createHash } from 'node:crypto';

export const CONTEXT_SCHEMA = 'holdfast/context@1';

export type Trigger =
  | 'scheduled'
  | 'daemon'
  | 'user-prompt-submit'
  | 'task-complete'
  | 'stop'
  | 'session-start'
  | 'pre-compact'
  | 'post-compact'
  | 'session-end'
  | 'manual';

export interface GitState {
  readonly branch: string | null;
  readonly head: string | null;
  readonly upstream: string | null;
  readonly ahead: number;
  readonly behind: number;
  readonly counts: {
    readonly staged: number;
    readonly unstaged: number;
    readonly untracked: number;
    readonly conflicts: number;
  };
  /** Status letters and path. */
  readonly files: readonly (readonly [string, string])[];
  /** Whether there were more files than are listed. */
  readonly truncated: boolean;
  /** Object id, committer date (ISO 8601) and subject, newest first. */
  readonly commits: readonly (readonly [string, string, string])[];
}

/** What is saved, before it has an id. */
export interface ContextFacts {
  readonly schema: typeof CONTEXT_SCHEMA;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly trigger: Trigger;
  readonly agent: { readonly name: string; readonly event: string | null } | null;
  readonly session: { readonly id: string; readonly transcriptPath: string | null } | null;
  readonly project: { readonly name: string; readonly root: string; readonly repo: string | null };
  readonly host: string;
  readonly git: GitState | null;
  readonly task: { readonly id: string | null; readonly subject: string } | null;
  readonly summary: {
    readonly text: string;
    readonly source: 'last_assistant_message' | 'compact_summary' | 'message' | 'none';
    readonly truncated: boolean;
  };
  readonly prompt: { readonly sha256: string; readonly bytes: number; readonly text: string | null } | null;
  readonly transcriptTail: string | null;
  /** How many secrets were taken out; best effort. */
  readonly redactions: number;
  readonly previous: string | null;
  readonly tool: { readonly version: string };
}

export interface ContextRecord extends ContextFacts {
  /** `c-` and 32 hexadecimal digits. */
  readonly id: string;
  /** Of the canonical JSON without `id` and `sha256`. */
  readonly sha256: string;
}

export const CONTEXT_ID = /^c-[0-9a-f]{32}$/;

const IDENTITY: readonly string[] = ['id', 'sha256'];

/** What changes from one save to the next although nothing has happened. */
const CIRCUMSTANCES: readonly (keyof ContextRecord)[] = ['id', 'sha256', 'createdAt', 'trigger', 'previous', 'tool'];

export function identified(facts: ContextFacts): ContextRecord {
  const sorted = inOrder(facts);
  return { ...facts, id: idIn(sorted), sha256: digestIn(sorted) };
}

/** The id that a saved state has by its content alone. */
export function contentIdOf(record: object): string {
  return idIn(inOrder(record));
}

/** Whether the record is what it says: its digest fits its content. */
export function isIntact(record: ContextRecord): boolean {
  return isIdentified(record) && record.sha256 === digestIn(inOrder(record));
}

/** Whether its id is that of its content, besides. */
export function isGenuine(record: ContextRecord): boolean {
  if (!isIdentified(record)) return false;
  const sorted = inOrder(record);
  return record.sha256 === digestIn(sorted) && record.id === idIn(sorted);
}

/** JSON with sorted keys and without blanks: one text for one value. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function isIdentified({ id }: ContextRecord): boolean {
  return typeof id === 'string' && CONTEXT_ID.test(id);
}

function idIn(sorted: object): string {
  return `c-${sha256Of(without(sorted, CIRCUMSTANCES)).slice(0, 32)}`;
}

function digestIn(sorted: object): string {
  return sha256Of(without(sorted, IDENTITY));
}

/** With sorted keys, and so all that is in it. */
function inOrder<Value>(value: Value): Value;
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part: unknown) => inOrder(part));
  const object = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(object).sort();
  return Object.fromEntries(keys.map((key) => [key, inOrder(object[key])]));
}

function without(facts: object, keys: readonly string[]): object {
  const rest = { ...facts };
  for (const key of keys) Reflect.deleteProperty(rest, key);
  return rest;
}

function sha256Of(sorted: object): string {
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
