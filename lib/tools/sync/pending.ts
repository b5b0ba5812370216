// What waits to be sent, what was refused, and whether the remote is left alone: read, and nothing is asked.

import type { Workplace } from '../workplace.js';
import { Backoff } from './backoff.js';
import { openTarget } from './remote.js';

export interface Pending {
  /** For people: without user, password and query. */
  readonly remote: string | null;
  readonly outbox: number;
  readonly sent: number;
  readonly failed: number;
  /** Milliseconds for which the oldest waits. */
  readonly oldestMs: number | null;
  /** Before this the remote is not asked again; milliseconds since 1970. */
  readonly retryAt: number | null;
  /** Why it is left alone. */
  readonly reason: string | null;
}

/** Throws ToolFailure for a remote that is none. */
export function pendingOf({ store, config, directories }: Workplace): Pending {
  const { remote } = config.sync;
  const target = remote === null ? undefined : openTarget(config.sync, remote);
  const pause = target && new Backoff(directories.state, target.name, config.sync.backoff).current();
  const outbox = store.items('outbox');
  const [oldest] = outbox;
  return {
    remote: target?.name ?? null,
    outbox: outbox.length,
    sent: store.count('sent'),
    failed: store.count('failed'),
    oldestMs: oldest === undefined ? null : Math.max(0, Date.now() - oldest.enqueuedAt),
    retryAt: pause?.until ?? null,
    reason: pause?.reason ?? null,
  };
}
