// A cgroup of their own for the tests, so that the cgroups below it are those that they made, and
// nobody else on the machine is mistaken for a leak.

import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ownCgroup, whyUnavailable } from './mechanisms.js';
import { processLine } from './proc.js';

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
  const path = join(outer, `${PREFIX}${process.pid}`);
  mkdirSync(path);
  writeFileSync(join(path, 'cgroup.procs'), String(process.pid));
  own = path;
}

/** A run that was killed leaves its cgroup behind. Whatever still has processes is left alone. */
function removeAbandoned(parent: string): void {
  const abandoned = readdirSync(parent).filter((name) => {
    const pid = Number(name.slice(PREFIX.length));
    return name.startsWith(PREFIX) && processLine(pid) === undefined;
  });
  for (const name of abandoned) removeEmpty(join(parent, name));
}

function removeEmpty(cgroup: string): void {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) removeEmpty(join(cgroup, entry.name));
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
