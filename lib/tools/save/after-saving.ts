// What follows the saving, in save-check and in the daemon: what crashes have left behind is ended, and what waits is
// sent. What goes wrong with it is told and ends nothing.

import { cleanup } from '../../index.js';
import type { LogLevel } from '../log.js';
import type * as Sync from '../sync/sync.js';
import type { Workplace } from '../workplace.js';

/** Less than this is no time to send anything. */
const LEAST_SYNC_MS = 200;

export interface Health {
  /** Trees that nobody owned any more, ended. */
  readonly ended: number;
  /** Processes that survived that. */
  readonly survivors: number;
  /** Reported and never signalled: `holdfast cleanup` tells more. */
  readonly suspects: number;
}

export interface AfterSaving {
  readonly health: Health | null;
  readonly sync: Sync.SyncReport | null;
  /** What went wrong. */
  readonly problems: readonly string[];
}

export interface AfterSavingOptions {
  /** Milliseconds for the whole of it; the sync has those of its own too. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  /** @default true */
  readonly sync?: boolean | undefined;
}

/** Nothing is begun once the signal has aborted. */
export async function afterSaving(workplace: Workplace, options: AfterSavingOptions): Promise<AfterSaving> {
  const started = performance.now();
  const problems: string[] = [];
  const explained = (what: string) => (error: unknown) => {
    problems.push(`${what}: ${(error as Error).message}`);
    return null;
  };
  const { signal, budgetMs } = options;
  const health = signal.aborted ? null : await endLeftovers().catch(explained('cleanup'));
  const { remote, budgetMs: syncMs } = workplace.config.sync;
  const leftMs = Math.min(syncMs, budgetMs - (performance.now() - started));
  const sends = options.sync !== false && remote !== null && leftMs >= LEAST_SYNC_MS && !signal.aborted;
  const sync = sends ? await send(workplace, { budgetMs: Math.round(leftMs), signal }).catch(explained('sync')) : null;
  return { health, sync, problems };
}

/** Without a process: the records of trees are read, and only those of crashes are acted upon. */
async function endLeftovers(): Promise<Health> {
  const { trees, suspects } = await cleanup();
  const survivors = trees.reduce((count, tree) => count + tree.survivors.length, 0);
  return { ended: trees.filter(({ action }) => action === 'ended').length, survivors, suspects: suspects.length };
}

async function send(workplace: Workplace, options: Sync.SyncOptions): Promise<Sync.SyncReport> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: most runs send nothing
  const { sync } = require('../sync/sync.js') as typeof Sync;
  return sync(workplace, options);
}

export interface Line {
  readonly level: LogLevel;
  readonly text: string;
  /** Whether the log tells it although all is well. */
  readonly isNews?: true;
}

/** For people. */
export function healthLines(health: Health | null): readonly Line[] {
  if (health === null) return [];
  const { ended, survivors, suspects } = health;
  const told: Line[] = [];
  if (ended > 0) told.push({ level: 'OK', text: `ended ${ended} trees that a crash had left behind`, isNews: true });
  if (survivors > 0) told.push({ level: 'ERROR', text: `${survivors} processes of dead owners survive: holdfast cleanup` });
  if (suspects > 0) told.push({ level: 'WARNING', text: `${suspects} processes look left behind: holdfast cleanup --dry-run` });
  return told;
}

/** For people; the sync has noted in the log what went wrong. */
export function syncLines(sync: Sync.SyncReport | null): readonly Line[] {
  if (sync === null) return [];
  const { status, sent, left, failed, reason, exitCode } = sync;
  const why = reason === undefined ? '' : `: ${reason}`;
  return [{ level: exitCode === 0 ? 'OK' : 'WARNING', text: `sync ${status}: ${sent} sent, ${left} left, ${failed} failed${why}` }];
}
