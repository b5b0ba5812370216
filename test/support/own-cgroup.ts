// A cgroup of their own for the tests, so that the cgroups below it are those that they made, and
// nobody else on the machine is mistaken for a leak.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
  removeAbandoned(outer);
  own = enterNew(outer);
}

function enterNew(parent: string): string {
  const path = join(parent, `${PREFIX}${randomUUID()}`); // a pid may also be another run's, in another PID namespace
  mkdirSync(path);
  try {
    writeFileSync(join(path, 'cgroup.procs'), String(process.pid));
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return enterNew(parent); // another run took the empty one for abandoned
  }
}

/** A run that was killed leaves its cgroup behind; one that lives is in it itself. */
function removeAbandoned(parent: string): void {
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
export function leaveOwnCgroup(): void {
  if (outer === undefined || own === undefined) return;
  writeFileSync(join(outer, 'cgroup.procs'), String(process.pid));
  const left = readFileSync(join(own, 'cgroup.procs'), 'latin1').trim();
  if (left !== '') throw new Error(`the tests have left processes behind: ${left.split('\n').join(' ')}`);
  rmdirSync(own);
}
