// A place of its own for the tools of one test, and saved contexts to send from there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkConfig, type SyncConfig } from '#lib/tools/config/config.js';
import { identified, type ContextFacts, type ContextRecord } from '#lib/tools/save/context-record.js';
import { openLog } from '#lib/tools/log.js';
import { makePrivateDirectory, replaceFile } from '#lib/tools/private-files.js';
import { Store } from '#lib/tools/save/store.js';
import type { Workplace } from '#lib/tools/workplace.js';

import type { Scene } from '../../support/scene.js';

const FAST = { requestTimeoutMs: 2000, budgetMs: 20_000, backoff: { minMs: 1, maxMs: 1 } };

/** With its configuration written, so that the command finds the same. */
export function workplaceIn(scene: Scene, sync: Partial<SyncConfig>, name = 'home'): Workplace {
  const home = scene.path(name);
  const written = { sync: { ...FAST, ...sync } };
  makePrivateDirectory(home);
  replaceFile(join(home, 'config.json'), JSON.stringify(written));
  const state = join(home, 'state');
  const logs = join(home, 'logs');
  const config = checkConfig(structuredClone(written), 'config.json');
  const configPath = join(home, 'config.json');
  const directories = { config: home, state, logs };
  return { directories, config, configPath, store: new Store(state), log: openLog(logs) };
}

export function record(text: string, changed: Partial<ContextFacts> = {}): ContextRecord {
  return identified({
    schema: 'holdfast/context@1',
    createdAt: '2026-01-02T03:04:05.678Z',
    trigger: 'manual',
    agent: { name: 'claude', event: null },
    session: { id: 's-1', transcriptPath: null },
    project: { name: 'app', root: '/src/app', repo: 'example.org/owner/app' },
    host: 'host',
    git: null,
    task: null,
    summary: { text, source: 'message', truncated: false },
    prompt: null,
    transcriptTail: null,
    redactions: 0,
    previous: null,
    tool: { version: '1.0.0' },
    ...changed,
  });
}

/** Their ids, oldest first. */
export function enqueue(place: Workplace, ...texts: readonly string[]): readonly string[] {
  return enqueueOf('app', place, ...texts);
}

/** Of the project of that name. */
export function enqueueOf(name: string, { store }: Workplace, ...texts: readonly string[]): readonly string[] {
  return texts.map((text) => {
    const saved = record(text, { project: { name, root: `/src/${name}`, repo: `example.org/owner/${name}` } });
    store.enqueue(saved);
    return saved.id;
  });
}

export interface Shelves {
  readonly outbox: readonly string[];
  readonly sent: readonly string[];
  readonly failed: readonly string[];
}

/** The ids on each shelf, sorted. */
export function shelves({ store }: Workplace): Shelves {
  const ids = (shelf: keyof Shelves): readonly string[] => store.items(shelf).map(({ id }) => id).sort();
  return { outbox: ids('outbox'), sent: ids('sent'), failed: ids('failed') };
}

export function reasonFor({ store }: Workplace, id: string): string | undefined {
  const item = store.find(id);
  return item === undefined ? undefined : store.reasonFor(item);
}

export function logOf({ log }: Workplace): string {
  return readFileSync(log.path, 'utf8');
}
