// A cgroup of their own for the tests, so that the cgroups below it are those that they made, and
// nobody else on the machine is mistaken for a leak.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from './eventually.js';
import { ownCgroup, whyUnavailable } from './mechanisms.js';

const PREFIX = 'tests-of-holdfast-';

let outer: string | undefined;
let own: string | undefined;

export function cgroupOfTests(): string | undefined {
  return own;
}

/** Without the right to make one there is nothing to check either. */
export function enterOwnCgroup(): void {
  if (whyUnavailable('cgroup') !== undefined) return;
  outer = ownCgroup();
  if (outer === undefined) return;
  own = enterNew(outer);
}

function enterNew(parent: string): string {
  const path = join(parent, `${PREFIX}${randomUUID()}`); // a pid may also be another run's, in another PID namespace
  mkdirSync(path);
  try {
    writeFileSync(join(path, 'cgroup.procs'), String(process.pid));
    return path;
  } catch (error) {
    if (!isGone(error)) throw error;
    return enterNew(parent); // another run took the empty one for abandoned
  }
}

/** ENODEV: it was removed while it was open. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A run that was killed leaves its cgroup behind; one that lives is in it itself. Once for a run. */
export function removeAbandonedCgroups(): void {
  const parent = whyUnavailable('cgroup') === undefined ? ownCgroup() : undefined;
  if (parent === undefined) return;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(PREFIX) && isEmpty(join(parent, name))) removeCgroupTree(join(parent, name));
  }
}

function isEmpty(cgroup: string): boolean {
  try {
    return readFileSync(join(cgroup, 'cgroup.events'), 'latin1').includes('populated 0');
  } catch {
    return false; // another run has removed it
  }
}

/** As far as it is empty. */
export function removeCgroupTree(cgroup: string): void {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroupTree(join(cgroup, entry.name));
    }
    rmdirSync(cgroup);
  } catch {
    return; // populated, or removed by another run
  }
}

/** Names what still runs there: every process that the tests started, by whatever way. */
export async function leaveOwnCgroup(): Promise<void> {
  if (outer === undefined || own === undefined) return;
  const path = own;
  own = undefined;
  writeFileSync(join(outer, 'cgroup.procs'), String(process.pid));
  const left = (): string => processesIn(path);
  try {
    await eventually('the tests have left no process behind', () => left() === '');
  } catch (error) {
    throw new Error(`${String(error)}: ${left()}`, { cause: error });
  }
  removeIfThere(path);
}

function processesIn(cgroup: string): string {
  try {
    return readFileSync(join(cgroup, 'cgroup.procs'), 'latin1').trim().split('\n').join(' ');
  } catch (error) {
    if (isGone(error)) return ''; // another run has removed the empty one
    throw error;
  }
}

function removeIfThere(cgroup: string): void {
  try {
    rmdirSync(cgroup);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
