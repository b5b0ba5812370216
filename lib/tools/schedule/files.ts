// Files of other programs that this tool changes: compared, replaced as a whole, and kept before they are changed.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { makePrivateDirectory, replaceFile, writeFailure } from '../private-files.js';
import type { RenderedFile } from './backend.js';

/** Whether any of them is there, and what is not as rendered. */
export function differencesOf(files: readonly RenderedFile[]): {
  readonly present: boolean;
  readonly differences: readonly string[];
} {
  const differences = files.flatMap((file) => {
    const now = bytesNow(file.path);
    if (now === undefined) return [`${file.path} is missing`];
    return now.equals(bytesOf(file)) ? [] : [`${file.path} has been changed`];
  });
  return { present: files.some(({ path }) => existsSync(path)), differences };
}

/** What it has replaced, if that was something else, is kept below `backups`. */
export function writeFile(file: RenderedFile, backups: string): void {
  const now = bytesNow(file.path);
  if (now?.equals(bytesOf(file)) === true) return;
  if (now !== undefined) keep(basename(file.path), now, backups);
  try {
    mkdirSync(dirname(file.path), { recursive: true });
  } catch (error) {
    throw writeFailure(error);
  }
  replaceFile(file.path, bytesOf(file));
}

export function deleteFile(path: string, backups: string): void {
  const now = bytesNow(path);
  if (now === undefined) return;
  keep(basename(path), now, backups);
  rmSync(path, { force: true });
}

export function keep(name: string, bytes: Uint8Array, backups: string): void {
  makePrivateDirectory(backups);
  replaceFile(join(backups, `${name}.${new Date().toISOString().replace(/[:.]/g, '-')}`), bytes);
}

function bytesNow(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw writeFailure(error);
  }
}

function bytesOf({ text, encoding }: RenderedFile): Buffer {
  return encoding === undefined ? Buffer.from(text) : Buffer.from(`\ufeff${text}`, encoding);
}
