// The program that writes into a directory target, as a process of its own: a mount whose server is gone holds whoever
// touches it in a wait that no signal ends, and that must not be the sync. Reads one DirectoryRequest as JSON, answers
// one line of JSON an item as soon as it knows.

import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { isSameContext, parsedOrUndefined } from './same-context.js';
import type { Offer } from './target.js';

export interface DirectoryRequest {
  readonly directory: string;
  readonly offers: readonly Offer[];
  readonly verify: boolean;
}

export interface DirectoryAnswer {
  readonly id: string;
  readonly result: 'there' | 'other' | 'failed';
  readonly code?: string;
  readonly message?: string;
}

const STDIN = 0;
const STDOUT = 1;

function main(): void {
  const { directory, offers, verify } = JSON.parse(readFileSync(STDIN, 'utf8')) as DirectoryRequest;
  for (const offer of offers) {
    const answer = { id: offer.id, ...answerTo(directory, offer, verify) } satisfies DirectoryAnswer;
    writeSync(STDOUT, `${JSON.stringify(answer)}\n`);
  }
}

function answerTo(directory: string, offer: Offer, verify: boolean): Omit<DirectoryAnswer, 'id'> {
  const path = join(directory, `${offer.id}.json`);
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return { result: stateOf(path, offer) };
    put(directory, path, offer);
    return { result: verify ? stateOf(path, offer) : 'there' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { result: 'failed', ...(code !== undefined && { code }), message };
  }
}

function stateOf(path: string, { id }: Offer): 'there' | 'other' {
  return isSameContext(parsedOrUndefined(readFileSync(path, 'utf8')), id) ? 'there' : 'other';
}

/** One name for each item and machine, so that what a killed one has left is written over and does not pile up. */
function put(directory: string, path: string, { id, text }: Offer): void {
  const writer = createHash('sha256').update(`${hostname()} ${process.getuid?.() ?? randomBytes(8).toString('hex')}`);
  const temporary = join(directory, `.${id}-${writer.digest('hex').slice(0, 8)}.tmp`);
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncNames(directory);
}

/** Some network file systems cannot (EINVAL), and Windows has no such call. */
function syncNames(directory: string): void {
  if (process.platform === 'win32') return;
  const opened = openSync(directory, 'r');
  try {
    fsyncSync(opened);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    closeSync(opened);
  }
}

main();
