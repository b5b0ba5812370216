// Looks at files of a project, and stops when they do not answer. A file system for which others have to answer is
// looked at from a contained child, so that what hangs there hangs no thread of this process; any other one from here,
// without a child.

import { join } from 'node:path';

import { runChild, type ToolChildResult } from '../child.js';
import { DeadlinePassed, withinDeadline } from '../deadline.js';
import { remoteMountOf } from './mounts.js';

/** Milliseconds that files have to answer. */
export const LOOK_DEADLINE_MS = 1000;
/** For a child to start, on a busy machine. */
const START_MS = 2000;
/** For its tree to end. */
const END_MS = 500;
const CHILD = join(__dirname, 'look-child.js');

/** Where no mount told of it, and a look hung all the same: something there leads elsewhere. */
const hung = new Set<string>();

let isEnding = false;

/**
 * From now on every look is made from here. A tree that is ended politely asks newcomers to end too, and a child would
 * be one; what hangs here ends with this process.
 */
export function lookWithoutChildren(): void {
  isEnding = true;
}

/** What a child is asked; it answers with a Found. */
export interface Question {
  /** A module, and the function that it exports. */
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly deadlineMs: number;
}

export type Found = { readonly found?: unknown } | { readonly problem: string; readonly code?: string };

export interface Sight {
  readonly path: string;
  /**
   * Milliseconds for the whole of it.
   * @default LOOK_DEADLINE_MS, and what a child needs to start
   */
  readonly deadlineMs?: number;
  /** Ends a child before its time. */
  readonly signal?: AbortSignal;
}

/**
 * What `work` finds at a path, or does there. `module` is the file that exports `work` by its own name, because a
 * child calls it by that; its arguments and what it resolves with are JSON. Rejects as `work` does, and with a
 * DeadlinePassed.
 */
export async function look<Args extends readonly unknown[], Result>(
  at: string | Sight,
  module: string,
  work: (...args: Args) => Promise<Result>,
  ...args: Args
): Promise<Result> {
  const sight: Sight = typeof at === 'string' ? { path: at } : at;
  const { path, deadlineMs = LOOK_DEADLINE_MS } = sight;
  if (!isEnding && (hung.has(path) || remoteMountOf(path) !== undefined)) {
    return (await fromChild(sight, { module, name: work.name, args, deadlineMs })) as Result;
  }
  return withinDeadline(work(...args), deadlineMs, path).catch((error: unknown) => {
    if (error instanceof DeadlinePassed) hung.add(path);
    throw error;
  });
}

async function fromChild({ path, deadlineMs, signal }: Sight, question: Question): Promise<unknown> {
  const timeoutMs = deadlineMs ?? START_MS + LOOK_DEADLINE_MS;
  const asking = runChild({
    file: process.execPath,
    args: [CHILD, path],
    timeoutMs,
    cwd: '/',
    input: JSON.stringify(question),
    ...(signal !== undefined && { signal }),
  });
  // The kernel may keep even a killed one until its file system answers.
  const answer = foundIn(await withinDeadline(asking, timeoutMs + END_MS, path), path, question.deadlineMs);
  if (!('problem' in answer)) return answer.found;
  throw Object.assign(new Error(answer.problem), answer.code !== undefined && { code: answer.code });
}

function foundIn({ stdout, stderr, timedOut, signal, code }: ToolChildResult, path: string, deadlineMs: number): Found {
  if (timedOut) return { problem: `${path}: no answer within ${deadlineMs} ms` };
  if (code === 0) return JSON.parse(stdout.toString('utf8')) as Found;
  const [said = ''] = stderr.toString('utf8').trim().split('\n');
  return { problem: `${path}: the look at it ended with ${signal ?? `exit code ${code ?? '?'}`}: ${said}` };
}
