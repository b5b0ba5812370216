// A file of another program that we change: read as bytes that have to be text, replaced as a whole with the same mode
// and owner, through a link where it is one, and copied before, beside itself.

import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fchownSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { EXIT, ToolFailure } from '../../failure.js';
import { syncDirectory, writeFailure } from '../../private-files.js';

const LARGEST = 8 * 1024 * 1024;
const BACKUP = '.holdfast-backup-';

export interface ForeignFile {
  readonly text: string;
  /** Where the bytes are: not the path, when that is a link. */
  readonly target: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when there is none. Throws ToolFailure when it is nothing that we may change. */
export function readForeign(path: string): ForeignFile | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    const target = realpathSync(path);
    const { mode, uid, gid, size } = requireOwnFile(target);
    if (size > LARGEST) throw new ToolFailure(EXIT.badData, `${path}: expected at most ${LARGEST} bytes, got ${size}`);
    return { text: textOf(path, readFileSync(target)), target, mode: mode & 0o777, uid, gid };
  } catch (error) {
    throw writeFailure(error);
  }
}

/** Writes it, or makes it when there was none. Throws when it is not any more what was read. */
export function writeForeign(path: string, before: ForeignFile | undefined, text: string): void {
  const target = before?.target ?? path;
  const temporary = join(dirname(target), `.${basename(target)}-${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    writeLike(temporary, before, text);
    requireUnchanged(path, before);
    renameSync(temporary, target);
    syncDirectory(dirname(target));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(error);
  }
}

export function deleteForeign(path: string, before: ForeignFile): void {
  requireUnchanged(path, before);
  rmSync(path);
}

/** Returns the path of the copy, which stands beside the path itself. */
export function backUpForeign(path: string, file: ForeignFile): string {
  const stamp = new Date().toISOString().replace(/[-:.]/g, '');
  const taken = backupsOf(path);
  let copy = `${path}${BACKUP}${stamp}`;
  for (let count = 2; taken.includes(copy); count += 1) copy = `${path}${BACKUP}${stamp}-${count}`;
  writeForeign(copy, undefined, file.text);
  return copy;
}

/** The newest first. */
export function backupsOf(path: string): readonly string[] {
  try {
    const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path) + BACKUP));
    return names.sort().reverse().map((name) => join(dirname(path), name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function requireOwnFile(path: string): { mode: number; uid: number; gid: number; size: number } {
  const found = statSync(path);
  if (!found.isFile()) throw new ToolFailure(EXIT.badData, `${path}: expected a regular file`);
  const own = process.getuid?.() ?? 0;
  if (own === 0 || found.uid === own) return found;
  throw new ToolFailure(EXIT.notPermitted, `${path}: expected a file of user ${own}, got one of user ${found.uid}`);
}

function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ToolFailure(EXIT.badData, `${path}: expected UTF-8; it was left as it is`);
  }
}

function writeLike(path: string, before: ForeignFile | undefined, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    if (before !== undefined && process.getuid?.() === 0) fchownSync(file, before.uid, before.gid);
    if (before !== undefined) fchmodSync(file, before.mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function requireUnchanged(path: string, before: ForeignFile | undefined): void {
  if (readForeign(path)?.text === before?.text) return;
  throw new ToolFailure(EXIT.tryAgain, `${path}: somebody has changed it at this very moment; nothing was done, try again`);
}
