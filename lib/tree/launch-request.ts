// Writes the launch request of docs/protocol.md: the program to start and the terms of its tree.

import { randomBytes } from 'node:crypto';

import type { Terms } from '../options.js';

export const MARK_VARIABLE = 'HOLDFAST_TREE';
const LONGEST_MARK = 1024;
const MARK = /^[0-9a-z]{16,32}(\.[0-9a-z]{16,32})*$/;

/** One entry of the root's descriptor table, by its index. */
export type StdioEntry = 'passed' | 'null' | 'closed' | 'inherited';

/** The program, as libuv would be asked to start it. */
export interface Program {
  readonly file: string;
  /** With argv[0]. */
  readonly args: readonly string[];
  /** `KEY=value` each. */
  readonly env: readonly string[];
  readonly cwd?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly detached: boolean;
  /** Windows: what of it is hidden. */
  readonly hide?: 'nothing' | 'window' | 'window-and-console';
  /** Windows: the command line is the arguments as they stand. */
  readonly verbatim?: boolean;
}

export interface Timeout {
  readonly ms: number;
  /** The polite signal; 9 skips the grace. */
  readonly signo: number;
}

export interface LaunchRequest {
  readonly id: string;
  readonly mark: string;
  readonly program: Program;
  readonly stdio: readonly StdioEntry[];
  readonly terms: Terms;
  readonly owner: { readonly pid: number; readonly startTime: bigint } | undefined;
  readonly timeout: Timeout | undefined;
}

const ID_BYTES = 10;
let reserve = Buffer.alloc(0);

/** 20 random hexadecimal digits, drawn in batches: one draw costs as much as many. */
export function newTreeId(): string {
  if (reserve.length < ID_BYTES) reserve = randomBytes(ID_BYTES * 100);
  const id = reserve.toString('hex', 0, ID_BYTES);
  reserve = reserve.subarray(ID_BYTES);
  return id;
}

/** A tree inside a tree carries the marks of both, outermost first. */
export function markOf(id: string, outer: string | undefined): string {
  const nested = `${outer ?? ''}.${id}`;
  return outer !== undefined && MARK.test(outer) && nested.length <= LONGEST_MARK ? nested : id;
}

export function encodeLaunch(request: LaunchRequest): Uint8Array {
  return Buffer.from(programFields(request) + termFields(request));
}

function programFields({ id, mark, program, stdio, terms }: LaunchRequest): string {
  const { file, args, env, cwd, uid, gid, detached, hide, verbatim } = program;
  let text = field('tree', id) + optional('label', terms.label) + field('mark', mark) + field('file', file);
  for (const arg of args.length > 0 ? args : [file]) text += field('arg', arg);
  for (const pair of env) if (!pair.startsWith(`${MARK_VARIABLE}=`)) text += field('env', pair);
  text += optional('cwd', cwd) + optional('uid', unsigned(uid)) + optional('gid', unsigned(gid));
  if (detached) text += field('detached', '1');
  if (hide !== undefined && hide !== 'nothing') text += field('hide', hide);
  if (verbatim === true) text += field('verbatim', '1');
  for (const entry of stdio) text += field('stdio', entry);
  return text;
}

function termFields({ terms, owner, timeout }: LaunchRequest): string {
  let text = field('signals', 'defaults');
  for (const mechanism of terms.mechanisms) text += field('mechanism', mechanism);
  for (const route of terms.refuse) text += field('refuse', route);
  if (owner !== undefined) text += field('owner', `${owner.pid} ${owner.startTime}`);
  text += field('when-root-exits', terms.whenRootExits) + field('when-owner-dies', terms.whenOwnerDies);
  text += field('grace', String(terms.graceMs));
  if (timeout !== undefined) {
    text += field('timeout', String(timeout.ms)) + field('timeout-signal', String(timeout.signo));
  }
  return text;
}

function field(key: string, value: string): string {
  return `${key} ${Buffer.byteLength(value)}\n${value}\n`;
}

function optional(key: string, value: string | undefined): string {
  return value === undefined ? '' : field(key, value);
}

// uid_t is unsigned, and Node takes an int32.
function unsigned(id: number | undefined): string | undefined {
  return id === undefined ? undefined : String(id >>> 0);
}
