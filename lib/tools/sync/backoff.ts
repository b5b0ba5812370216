// How long a remote is left alone after failures: longer each time, by a random share of it ("full jitter"), and kept
// over runs in `state/backoff.json`, because each run is short. One entry a remote, not one an item.

import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { SyncConfig } from '../config/config.js';
import { makePrivateDirectory, readFileIfAny, replaceFile } from '../private-files.js';
import { LONGEST_RETRY_AFTER_MS } from './http/replies.js';

interface Entry {
  /** Runs in a row that got nothing through. */
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly reason: string;
}

export class Backoff {
  readonly #state: string;
  readonly #key: string;
  readonly #limits: SyncConfig['backoff'];

  constructor(state: string, remote: string, limits: SyncConfig['backoff']) {
    this.#state = state;
    this.#key = createHash('sha256').update(remote).digest('hex').slice(0, 32);
    this.#limits = limits;
  }

  /** Undefined when the remote may be asked. */
  current(now = Date.now()): Entry | undefined {
    const entry = this.#entries()[this.#key];
    if (entry === undefined || entry.until <= now) return undefined;
    const longest = Math.max(this.#limits.maxMs, LONGEST_RETRY_AFTER_MS);
    return entry.until - now > longest ? undefined : entry; // a clock that was set back must not make it wait for ever
  }

  succeeded(): void {
    const { [this.#key]: own, ...others } = this.#entries();
    if (own !== undefined) this.#write(others);
  }

  /** `leastMs` is what the remote has asked for. */
  failed(reason: string, leastMs: number, random = Math.random()): Entry {
    const entries = this.#entries();
    const failures = (entries[this.#key]?.failures ?? 0) + 1;
    const most = Math.min(this.#limits.maxMs, this.#limits.minMs * 2 ** Math.min(failures, 30));
    const entry = { failures, until: Math.ceil(Date.now() + Math.max(leastMs, random * most)), reason };
    this.#write({ ...entries, [this.#key]: entry });
    return entry;
  }

  get #path(): string {
    return join(this.#state, 'backoff.json');
  }

  #write(entries: Readonly<Record<string, Entry>>): void {
    makePrivateDirectory(this.#state);
    replaceFile(this.#path, `${JSON.stringify(entries)}\n`);
  }

  /** What is no entry is not believed: the worst that follows is one request too many. */
  #entries(): Record<string, Entry> {
    try {
      const found = JSON.parse(readFileIfAny(this.#path) ?? '{}') as Record<string, Partial<Entry>>;
      return Object.fromEntries(Object.entries(found).filter((pair): pair is [string, Entry] => isEntry(pair[1])));
    } catch {
      return {};
    }
  }
}

function isEntry({ failures, until, reason }: Partial<Entry>): boolean {
  return Number.isSafeInteger(failures) && Number.isSafeInteger(until) && typeof reason === 'string';
}
