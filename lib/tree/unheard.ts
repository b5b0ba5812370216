// What can be said of a tree whose guard says nothing: whether a process that it named is stopped, or gone, and who
// stands in a report for members that nobody could look for. Goes by /proc; without it nothing is known.

import { readFileSync, readlinkSync } from 'node:fs';

import type { Identity, Survivor } from '../types.js';
import { fieldsOf, identityIn, wordOf } from './facts.js';

/** The process of a fact such as `guard PID START`. */
export function namedIn(facts: readonly string[], word: string): Identity | undefined {
  const [pid = '', startTime = ''] = fieldsOf(facts.find((line) => wordOf(line) === word) ?? '');
  const identity = identityIn(pid, startTime);
  return identity.pid > 0 ? identity : undefined;
}

/** Stopped by a signal or by a tracer. */
export function isStopped(process: Identity | undefined): boolean {
  const state = stateOf(process);
  return state === 'T' || state === 't';
}

/** Has the processor, or waits for it. */
export function isRunnable(process: Identity | undefined): boolean {
  return stateOf(process) === 'R';
}

function stateOf(process: Identity | undefined): string | undefined {
  return process && lookAt(process)?.state;
}

/**
 * Who stands for a tree of which nobody could tell what is left of it: the root, or its guard, unless that is proven to
 * be gone. Somebody always does: a report that names nobody would claim that nobody is left.
 */
export function unheardOf(facts: readonly string[], rootEnded: boolean): Survivor[] {
  const root = namedIn(facts, 'started');
  const guard = namedIn(facts, 'guard');
  const known = [rootEnded ? undefined : root, guard, root].filter((one) => one !== undefined);
  const named = known.find((one) => !isGone(one)) ?? known[0];
  return named === undefined ? [] : [{ ...named, why: 'unheard', name: lookAt(named)?.name ?? '' }];
}

function isGone(process: Identity): boolean {
  if (!isOwnProc()) return false;
  const state = lookAt(process)?.state ?? 'X';
  return state === 'Z' || state === 'X';
}

// A /proc of another PID namespace tells of others (proc(5), /proc/self).
function isOwnProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

const START_TIME = 19; // field 22 of proc_pid_stat(5), counted from the state

function lookAt({ pid, startTime }: Identity): { readonly name: string; readonly state: string } | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  const nameEnd = text.lastIndexOf(')'); // the name may hold anything
  const fields = text.slice(nameEnd + 2).split(' ');
  if (fields[START_TIME] !== String(startTime)) return undefined;
  return { name: text.slice(text.indexOf('(') + 1, nameEnd), state: fields[0] ?? '' };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
