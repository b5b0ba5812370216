// `holdfast sync status|list|show|requeue|drop|export`: what is in the store, and what becomes of it.

import { randomBytes } from 'node:crypto';
import { copyFileSync, constants, mkdirSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { EXIT, ToolFailure } from '../../tools/failure.js';
import { acquireLock } from '../../tools/lock.js';
import { writeFailure } from '../../tools/private-files.js';
import type { Shelf, StoredItem } from '../../tools/save/stored-item.js';
import { pendingOf } from '../../tools/sync/pending.js';
import { parsedOrUndefined } from '../../tools/sync/same-context.js';
import { anotherSync, syncLockPath } from '../../tools/sync/sync.js';
import type { Workplace } from '../../tools/workplace.js';
import { EXIT_NOT_DONE, Misuse } from '../exit-codes.js';
import { columns, print, printJson, shownTime } from '../output.js';
import { printable, printableJson } from '../../printable.js';
import { pauseLines, waitingIn } from './words.js';

interface Wanted {
  readonly workplace: Workplace;
  readonly word: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
}

const LOCK_WAIT_MS = 1000;
const SHELVES: readonly Shelf[] = ['outbox', 'sent', 'failed'];

export const STORE_COMMANDS: Readonly<Record<string, (wanted: Wanted) => void | Promise<void>>> = {
  status,
  list,
  show,
  requeue,
  drop,
  export: exportAll,
};

function status({ workplace, word, json }: Wanted): void {
  refuseWord('status', word);
  const { config, directories, log } = workplace;
  const pending = pendingOf(workplace);
  if (json) return printJson({ ...pending, state: directories.state, log: log.path });
  const { sent, failed, remote } = pending;
  const lines = [
    `remote  ${remote ?? 'none: local only'}`,
    `outbox  ${waitingIn(pending)}`,
    `sent    ${sent} in the last ${config.sync.keepSentDays} days`,
    `failed  ${failed}`,
    `state   ${directories.state}`,
    ...pauseLines(pending),
  ];
  print(lines.map(printable));
}

function list({ workplace: { store }, word, json }: Wanted): void {
  const shelves = SHELVES.filter((shelf) => word === undefined || shelf === word);
  if (shelves.length === 0) throw new Misuse(`sync list expects one of ${SHELVES.join(', ')}, got '${word ?? ''}'`);
  const items = shelves.flatMap((shelf) => store.items(shelf)).map((item) => {
    const reason = item.shelf === 'failed' ? store.reasonFor(item) : undefined;
    return { id: item.id, shelf: item.shelf, enqueuedAt: item.enqueuedAt, ...(reason !== undefined && { reason }) };
  });
  if (json) return printJson({ items });
  if (items.length === 0) return print(['no items']);
  const rows = items.map(({ id, shelf, enqueuedAt, reason = '' }) => [
    id,
    shelf,
    shownTime(Math.max(0, Date.now() - enqueuedAt)),
    printable(reason),
  ]);
  print(columns([['ID', 'SHELF', 'AGE', 'REASON'], ...rows], ['left', 'left', 'right', 'left']));
}

function show({ workplace: { store }, word, json }: Wanted): void {
  const item = itemNamed(store.items.bind(store), 'show', word);
  const text = store.read(item);
  const reason = item.shelf === 'failed' ? store.reasonFor(item) : undefined;
  if (reason !== undefined) console.error(`holdfast: refused: ${printable(reason)}`);
  const record = parsedOrUndefined(text);
  if (record === undefined && !json) print([printable(text)]);
  else printJson(record ?? { text });
}

async function requeue({ workplace, word, json }: Wanted): Promise<void> {
  const { store } = workplace;
  const { id, shelf } = itemNamed(store.items.bind(store), 'requeue', word);
  await withAllOf(workplace, id, (item) => {
    if (item.shelf !== 'outbox') store.requeue(item);
  });
  print([json ? printableJson({ id, shelf: 'outbox', from: shelf }) : `[OK] ${id} waits again`]);
}

async function drop({ workplace, word, json, yes }: Wanted): Promise<void> {
  const { store } = workplace;
  const { id } = itemNamed(store.items.bind(store), 'drop', word);
  if (!yes) throw new Misuse(`sync drop: ${id} would be gone for ever; confirm it with --yes`);
  await withAllOf(workplace, id, (item) => store.drop(item));
  print([json ? printableJson({ id, dropped: true }) : `[OK] ${id} is gone`]);
}

/** Every file of an id, while no sync moves and no save looks for any. Throws when one of them goes on for too long. */
async function withAllOf(workplace: Workplace, id: string, work: (item: StoredItem) => void): Promise<void> {
  const path = syncLockPath(workplace);
  const ofSync = await acquireLock(path, { waitMs: LOCK_WAIT_MS });
  if (ofSync === undefined) throw new ToolFailure(EXIT.tryAgain, `${anotherSync(path)}; try again when it has ended`);
  try {
    const ofStore = await workplace.store.hold({ waitMs: LOCK_WAIT_MS });
    if (ofStore === undefined) throw new ToolFailure(EXIT.tryAgain, 'another program holds the store; try again');
    try {
      const items = workplace.store.findAll(id);
      if (items.length === 0) throw notThere(id);
      for (const item of items) work(item);
    } finally {
      ofStore.release();
    }
  } finally {
    ofSync.release();
  }
}

function exportAll({ workplace: { store }, word, json }: Wanted): void {
  if (word === undefined) throw new Misuse('sync export expects a directory, got nothing');
  const directory = resolve(word);
  const items = SHELVES.flatMap((shelf) => store.items(shelf));
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const { path, id } of items) copyWhole(path, join(directory, `${id}.json`));
  } catch (error) {
    throw writeFailure(error);
  }
  print([json ? printableJson({ directory, items: items.length }) : `[OK] ${items.length} copied to ${printable(directory)}`]);
}

function copyWhole(from: string, to: string): void {
  if (statSync(to, { throwIfNoEntry: false }) !== undefined) return; // an id is made from its content
  const temporary = `${to}.${randomBytes(6).toString('hex')}`;
  copyFileSync(from, temporary, constants.COPYFILE_EXCL);
  renameSync(temporary, to);
}

function refuseWord(command: string, word: string | undefined): void {
  if (word !== undefined) throw new Misuse(`sync ${command} expects no words, got '${word}'`);
}

function itemNamed(itemsOf: (shelf: Shelf) => readonly StoredItem[], command: string, word?: string): StoredItem {
  if (word === undefined) throw new Misuse(`sync ${command} expects an id, got nothing`);
  const found = SHELVES.flatMap(itemsOf).filter(({ id }) => id === word || (word.length > 2 && id.startsWith(word)));
  const [item] = found;
  if (item === undefined) throw notThere(word);
  if (new Set(found.map(({ id }) => id)).size > 1) throw new Misuse(`'${word}' fits ${found.length} items; say more of it`);
  return item;
}

function notThere(word: string): ToolFailure {
  return new ToolFailure(EXIT_NOT_DONE, `there is no item '${word}'`);
}
