// Files of this user alone: 0600 in directories of 0700, replaced as a whole and durably. A reader sees the old text or
// the new one, never a part, also after a crash of the machine.
//
// write-file-atomic does not sync the directory, so its rename may be lost with the power; and the version that is kept
// needs Node 22.22.

import type * as Crypto from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { EXIT, ToolFailure } from './failure.js';

/** Makes the directory and those above it that are missing. Throws where others could write to it. */
export function makePrivateDirectory(path: string): void {
  try {
    const made = makeWithParents(path);
    requirePrivate(path);
    for (const directory of made) syncDirectory(dirname(directory)); // a new name is on the disk once this is
  } catch (error) {
    throw writeFailure(error);
  }
}

/**
 * What it has made, from above. The recursive mkdir of Node asks again for ever where a directory is there and takes no
 * other, as below /proc.
 */
function makeWithParents(path: string): string[] {
  try {
    return make(path);
  } catch (error) {
    const isAboveMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path;
    if (!isAboveMissing) throw error;
    return [...makeWithParents(dirname(path)), ...make(path)];
  }
}

/** None when it is there already, or when another process was faster. */
function make(path: string): string[] {
  try {
    mkdirSync(path, { mode: 0o700 });
    return [path];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return [];
    throw error;
  }
}

function requirePrivate(path: string): void {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) {
    const advice = 'name the directory itself by HOLDFAST_HOME or XDG_STATE_HOME';
    throw new ToolFailure(EXIT.cannotWrite, `${path}: expected a directory, got a symbolic link; ${advice}`);
  }
  if (!found.isDirectory()) throw new ToolFailure(EXIT.cannotWrite, `${path}: expected a directory, and it is none`);
  if (process.getuid === undefined) return; // Windows: the profile of a user is readable by that user alone
  const isOwn = found.uid === process.getuid();
  if (isOwn && (found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  const expected = `expected a directory of mode 0700 owned by user ${process.getuid()}`;
  const problem = `${expected}, got ${mode} of user ${found.uid}`;
  const advice = isOwn ? `correct it with: chmod 0700 '${path}'` : 'use another, or give it to this user with chown';
  throw new ToolFailure(EXIT.notPermitted, `${path}: ${problem}; ${advice}`);
}

/** Replaces what is there. Until this returns the old text stays; from then on the new one does. */
export function replaceFile(path: string, text: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}-${randomName()}`);
  try {
    writeDurably(temporary, text);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(error, path);
  }
}

/** Loaded here: it takes longer than all the rest, and a hook that only writes its log does not need it. */
function randomName(): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily, and without a promise
  const { randomBytes } = require('node:crypto') as typeof Crypto;
  return randomBytes(6).toString('hex');
}

function writeDurably(path: string, text: string | Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A rename is on the disk once its directory is (fsync(2), NOTES). NTFS has no such call and journals names. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Undefined when there is no such file. */
export function readFileIfAny(path: string, encoding: BufferEncoding = 'utf8'): string | undefined {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * A system error with the exit code that says that a file could not be written. `path` is what was to be written, for
 * those of write(2) and fsync(2), which name none.
 */
export function writeFailure(error: unknown, path?: string): ToolFailure {
  if (error instanceof ToolFailure) return error;
  const { code, message, path: named = path } = error as NodeJS.ErrnoException;
  const exitCode = code === 'EACCES' || code === 'EPERM' ? EXIT.notPermitted : EXIT.cannotWrite;
  const place = named === undefined || message.includes(named) ? '' : ` '${named}'`;
  return new ToolFailure(exitCode, `${message}${place}`, error);
}
