// A cgroup of their own for the tests, so that the cgroups below it are those that they made, and
// nobody else on the machine is mistaken for a leak.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ownCgroup, whyUnavailable } from './mechanisms.js';

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
  const path = join(outer, `tests-of-holdfast-${process.pid}`);
  mkdirSync(path);
  writeFileSync(join(path, 'cgroup.procs'), String(process.pid));
  own = path;
}

/** Names what still runs there: every process that the tests started, by whatever way. */
export function leaveOwnCgroup(): void {
  if (outer === undefined || own === undefined) return;
  writeFileSync(join(outer, 'cgroup.procs'), String(process.pid));
  const left = readFileSync(join(own, 'cgroup.procs'), 'latin1').trim();
  if (left !== '') throw new Error(`the tests have left processes behind: ${left.split('\n').join(' ')}`);
  rmdirSync(own);
}
