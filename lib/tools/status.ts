// What the tools have done last, what waits, and who is at it now. Only read: no request, and no lock is kept.

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { placesIn } from './daemon/place.js';
import { holderOf, isHeld, type LockHolder } from './lock.js';
import { lastRunIn, type SaveCheckReport } from './save/last-run.js';
import { pendingOf, type Pending } from './sync/pending.js';
import type { Workplace } from './workplace.js';

export interface ToolsStatus {
  /** Of save-check; null where none has been done, or what it wrote cannot be read. */
  readonly lastRun: SaveCheckReport | null;
  readonly pending: Pending;
  /** The locks that are held now. */
  readonly running: readonly Running[];
  /** What was saved last of the project that was asked about. */
  readonly project: ProjectStatus;
}

export interface Running {
  readonly what: 'save-check' | 'sync' | 'daemon';
  /** Null where the holder has not said yet who it is. */
  readonly holder: LockHolder | null;
}

export interface ProjectStatus {
  readonly name: string;
  readonly root: string;
  readonly latest: { readonly id: string; readonly createdAt: string; readonly trigger: string } | null;
}

/** `root`: without symbolic links. */
export function statusOf(workplace: Workplace, root: string): ToolsStatus {
  const { state } = workplace.directories;
  const latest = workplace.store.latestOf(root);
  return {
    lastRun: lastRunIn(state) ?? null,
    pending: pendingOf(workplace),
    running: runningIn(state),
    project: {
      name: basename(root),
      root,
      latest: latest === undefined ? null : { id: latest.id, createdAt: latest.createdAt, trigger: latest.trigger },
    },
  };
}

function runningIn(state: string): Running[] {
  const daemons = placesIn(existsSync(state) ? readdirSync(state) : [], state).map(({ lock }) => ['daemon', lock] as const);
  const locks = [['save-check', join(state, 'save-check.lock')], ['sync', join(state, 'sync.lock')], ...daemons] as const;
  return locks.filter(([, path]) => isHeld(path)).map(([what, path]) => ({ what, holder: holderOf(path) ?? null }));
}
