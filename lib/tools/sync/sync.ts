// sync(): brings what waits in the outbox to the remote, once, and comes back. One at a time on this machine; nothing
// is started that goes on; an item leaves the outbox only when the remote has proven that it has it.

import { join } from 'node:path';

import type { SyncConfig } from '../config/config.js';
import { EXIT, ToolFailure } from '../failure.js';
import { acquireLock, holderOf } from '../lock.js';
import type { Store } from '../save/store.js';
import type { Workplace } from '../workplace.js';
import { Attempts } from './attempts.js';
import { Backoff } from './backoff.js';
import { openTarget } from './remote.js';
import { Run, exitCodeOf, type Refusal } from './run.js';
import type { Target } from './target.js';

export interface SyncOptions {
  /**
   * Milliseconds for the whole of it.
   * @default what the configuration says
   */
  readonly budgetMs?: number;
  /**
   * How many items are tried at most.
   * @default all
   */
  readonly max?: number;
  /** Whether each item is read back before it counts as sent. */
  readonly verify?: boolean;
  /** Whether what was refused before is tried again. */
  readonly retryFailed?: boolean;
  /** Instead of the one of the configuration. */
  readonly remote?: string;
  /** Whether a remote that has failed is asked although it is not yet time. */
  readonly now?: boolean;
  /**
   * Milliseconds to wait for another sync to end.
   * @default 0
   */
  readonly waitMs?: number;
  /** Ends it early; what is not sent stays. */
  readonly signal?: AbortSignal;
  /** Called at the beginning and whenever an item was sent or refused: how many were by now, and how many waited. */
  readonly onProgress?: (done: number, all: number) => void;
}

export interface SyncReport {
  /**
   * `done`: the outbox was gone through, as far as budget and `max` allow. `stopped`: the remote did not let it.
   * `waiting`: it failed lately and is left alone. `busy`: another sync is running. `local-only`: there is no remote.
   */
  readonly status: 'done' | 'stopped' | 'waiting' | 'busy' | 'local-only';
  /** For people: without user, password and query. */
  readonly remote?: string;
  readonly sent: number;
  /** What waits in the outbox now. */
  readonly left: number;
  /** What was refused for what it is, this time. */
  readonly failed: number;
  readonly refusals: readonly Refusal[];
  /** What the last item that was left was left for. */
  readonly reason?: string;
  /** Before this the remote is not asked again; milliseconds since 1970. */
  readonly retryAt?: number;
  readonly durationMs: number;
  /** 0, 65, 69, 75 or 78: docs/sync.md#exit-codes. */
  readonly exitCode: number;
}

/** Throws ToolFailure for a configuration that is wrong (78) and for a disk that does not take what happened (73). */
export async function sync(workplace: Workplace, options: SyncOptions = {}): Promise<SyncReport> {
  try {
    return await syncOnce(workplace, options);
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.exitCode !== EXIT.cannotWrite) throw error;
    throw new ToolFailure(error.exitCode, `${error.message}; everything is kept`, error);
  }
}

/** Of whoever moves what is in the store. */
export function syncLockPath({ directories }: Workplace): string {
  return join(directories.state, 'sync.lock');
}

/** Who holds the lock at that path, in words. */
export function anotherSync(path: string): string {
  const { pid } = holderOf(path) ?? {};
  return `another sync is running${pid === undefined ? '' : ` (pid ${pid})`}`;
}

async function syncOnce(workplace: Workplace, options: SyncOptions): Promise<SyncReport> {
  const started = performance.now();
  const { store, config } = workplace;
  const remote = options.remote ?? config.sync.remote;
  const left = (): number => store.count('outbox');
  const report = (facts: Partial<SyncReport> & Pick<SyncReport, 'status'>): SyncReport => ({
    sent: 0,
    left: left(),
    failed: 0,
    refusals: [],
    exitCode: 0,
    ...facts,
    durationMs: Math.round(performance.now() - started),
  });
  if (remote === null) return report({ status: 'local-only' });
  const settings = { ...config.sync, verify: options.verify ?? config.sync.verify };
  const target = openTarget(settings, remote);
  const path = syncLockPath(workplace);
  const { waitMs = 0, signal } = options;
  const lock = await acquireLock(path, { waitMs, ...(signal && { signal }) });
  try {
    if (lock === undefined) {
      const exitCode = left() === 0 ? 0 : EXIT.tryAgain;
      return report({ status: 'busy', remote: target.name, reason: anotherSync(path), exitCode });
    }
    const deadline = started + (options.budgetMs ?? settings.budgetMs);
    const outcome = report(await underLock(workplace, target, settings, options, deadline));
    noteIn(workplace, outcome);
    return outcome;
  } finally {
    lock?.release();
    target.close();
  }
}

async function underLock(
  { store, directories }: Workplace,
  target: Target,
  settings: SyncConfig,
  { retryFailed, now, max = Infinity, onProgress, signal = new AbortController().signal }: SyncOptions,
  deadline: number,
): Promise<Partial<SyncReport> & Pick<SyncReport, 'status'>> {
  const common = { remote: target.name };
  if (retryFailed === true) await requeueFailed(store, signal);
  const all = Math.min(store.count('outbox'), max);
  if (all === 0) return { ...common, status: 'done' };
  const backoff = new Backoff(directories.state, target.name, settings.backoff);
  const pause = now === true ? undefined : backoff.current();
  if (pause !== undefined) return { ...common, status: 'waiting', reason: pause.reason, retryAt: pause.until, exitCode: 75 };
  onProgress?.(0, all);
  const attempts = new Attempts(directories.state);
  const run = new Run({
    store,
    target,
    attempt: { deadline, signal },
    attempts,
    most: max,
    onProgress: () => onProgress?.(run.sent + run.refused.length, all),
  });
  try {
    await run.perform();
  } finally {
    if (run.sent > 0) store.settle();
  }
  const retryAt = remember(backoff, run);
  store.forgetSent(settings.keepSentDays * DAY_MS);
  const left = store.count('outbox');
  return {
    ...common,
    status: run.stop === undefined ? 'done' : 'stopped',
    sent: run.sent,
    left,
    failed: run.refused.length,
    refusals: run.refused,
    ...(run.lastProblem !== undefined && { reason: run.lastProblem }),
    ...(retryAt !== undefined && { retryAt }),
    exitCode: exitCodeOf(run, left),
  };
}

const DAY_MS = 86_400_000;
const STORE_WAIT_MS = 1000;

/** Without the lock, at worst, a save does not find an item that moves, and it is there twice. */
async function requeueFailed(store: Store, signal: AbortSignal): Promise<void> {
  const lock = await store.hold({ waitMs: STORE_WAIT_MS, signal });
  try {
    for (const item of store.items('failed')) store.requeue(item);
  } finally {
    lock?.release();
  }
}

/** A remote that has taken something is well, unless it asked for a pause. */
function remember(backoff: Backoff, { stop, sent, lastProblem }: Run): number | undefined {
  if (stop?.kind === 'misconfigured') return undefined;
  const wantsPause = stop?.kind === 'paused';
  const isWell = sent > 0;
  if (stop?.kind !== 'unreachable' && !wantsPause && (isWell || lastProblem === undefined)) {
    backoff.succeeded();
    return undefined;
  }
  return backoff.failed(stop?.reason ?? lastProblem ?? '', wantsPause ? stop.retryAfterMs : 0).until;
}

function noteIn({ log }: Workplace, { status, sent, left, failed, refusals, reason, exitCode }: SyncReport): void {
  if (sent + failed > 0) log.write('OK', 'sync', `${sent} sent, ${left} left, ${failed} failed`);
  for (const refusal of refusals) log.write('ERROR', 'sync', `${refusal.id} refused: ${refusal.reason}`);
  if (exitCode !== 0 && reason !== undefined) log.write('WARNING', 'sync', `${status}, ${left} left: ${reason}`);
}
