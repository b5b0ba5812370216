// What can be seen of a daemon from outside, and its end. Whether it runs is a question to its lock; who it is, one to
// the record of its tree.

import { existsSync, readdirSync } from 'node:fs';

import { terminateTree, trees, type EndReport, type NamedProcess, type TreeInfo } from '../../index.js';
import { holderOf, isHeld } from '../lock.js';
import type { Workplace } from '../workplace.js';
import { placeOf, placesIn, readNotes, type DaemonNotes, type DaemonPlace } from './place.js';

export interface DaemonStatus {
  readonly running: boolean;
  readonly pid?: number;
  /** Absent when it runs in the foreground of somebody who ends it. */
  readonly tree?: string;
  readonly owner?: NamedProcess;
  readonly ageMs?: number;
  readonly memoryBytes?: number;
  /** Contexts that wait to be sent. */
  readonly pending: number;
  readonly notes?: DaemonNotes;
}

export async function statusOf(workplace: Workplace, projects: readonly string[]): Promise<DaemonStatus> {
  const place = placeOf(workplace, projects);
  const pending = workplace.store.items('outbox').length;
  const notes = readNotes(place);
  const rest = { pending, ...(notes !== undefined && { notes }) };
  if (!runs(place)) return { running: false, ...rest };
  const holder = holderOf(place.lock);
  if (holder === undefined) return { running: true, ...rest };
  const tree = (await treesOf(place)).find(({ root }) => root?.pid === holder.pid);
  const memoryBytes = tree?.members?.find(({ pid }) => pid === holder.pid)?.memoryBytes;
  return {
    running: true,
    pid: holder.pid,
    ageMs: Date.now() - holder.since,
    ...(tree !== undefined && { tree: tree.id }),
    ...(tree?.owner !== undefined && { owner: tree.owner }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...rest,
  };
}

/** Ends the trees of the daemon, the one that starts just now too. None when none runs. */
export async function stopDaemon(
  workplace: Workplace,
  projects: readonly string[],
  grace: number,
): Promise<readonly EndReport[]> {
  return endAll(await treesOf(placeOf(workplace, projects)), grace);
}

export interface RunningDaemon {
  readonly pid: number;
  /** Absent when it runs in the foreground of somebody who ends it. */
  readonly tree?: TreeInfo;
}

/** Every daemon of this user that works with this state directory, whatever its projects are. */
export async function allDaemons({ directories: { state } }: Workplace): Promise<readonly RunningDaemon[]> {
  const found = placesIn(existsSync(state) ? readdirSync(state) : [], state).filter(runs);
  const all = found.map(async (place) => {
    const tree = (await treesOf(place))[0];
    return { pid: tree?.root?.pid ?? holderOf(place.lock)?.pid ?? 0, ...(tree !== undefined && { tree }) };
  });
  return Promise.all(all);
}

/** Resolves with how they ended. */
export async function endAll(daemons: readonly TreeInfo[], grace: number): Promise<readonly EndReport[]> {
  const ending = daemons.map(({ id }) => terminateTree(id, { grace }));
  const reports = await Promise.allSettled(ending);
  return reports.flatMap((report) => {
    if (report.status === 'fulfilled') return [report.value];
    if ((report.reason as { code?: unknown }).code === 'ERR_HOLDFAST_NO_TREE') return []; // it has ended meanwhile
    throw report.reason;
  });
}

/** A daemon that starts in this very moment waits for the lock longer than this holds it. */
function runs({ lock }: DaemonPlace): boolean {
  return isHeld(lock);
}

async function treesOf({ label }: DaemonPlace): Promise<readonly TreeInfo[]> {
  return (await trees()).filter((tree) => tree.label === label && (tree.state === 'live' || tree.state === 'abandoned'));
}
