// `holdfast sync --dry-run`: what would be sent, and where. Asks nobody and changes nothing.

import { Backoff } from '../../tools/sync/backoff.js';
import { oldestFirst } from '../../tools/save/stored-item.js';
import { openTarget } from '../../tools/sync/remote.js';
import type { SyncOptions } from '../../tools/sync/sync.js';
import type { Workplace } from '../../tools/workplace.js';
import { printable, printableJson } from '../../printable.js';
import { print, shownTime } from '../output.js';

interface Preview {
  readonly remote: string | null;
  /** Their ids, oldest first. */
  readonly items: readonly string[];
  /** Why none, when something keeps them here. */
  readonly reason: string | null;
}

export function previewSync(workplace: Workplace, options: SyncOptions, json: boolean): void {
  const preview = previewOf(workplace, options);
  print(json ? [printableJson(preview)] : linesOf(preview).map(printable));
}

function previewOf({ store, config, directories }: Workplace, options: SyncOptions): Preview {
  const { remote = config.sync.remote, max = Infinity, retryFailed = false, now = false } = options;
  if (remote === null) return { remote, items: [], reason: 'no remote is configured' };
  const { name } = openTarget(config.sync, remote);
  const pause = now ? undefined : new Backoff(directories.state, name, config.sync.backoff).current();
  if (pause !== undefined) {
    const reason = `left alone for ${shownTime(pause.until - Date.now())} (--now asks it): ${pause.reason}`;
    return { remote: name, items: [], reason };
  }
  const waiting = [...store.items('outbox'), ...(retryFailed ? store.items('failed') : [])];
  const items = waiting.sort(oldestFirst).slice(0, max);
  return { remote: name, items: items.map(({ id }) => id), reason: null };
}

function linesOf({ remote, items, reason }: Preview): string[] {
  if (items.length === 0) return [`would send nothing: ${reason ?? 'nothing waits'}`];
  return items.map((id) => `would send ${id} to ${remote ?? ''}`);
}
