// The log of the tools: one line a fact, escaped, in a file of this user that is rotated when it is large, by one
// process at a time. A tool that cannot write its log does its work all the same.

import { appendFileSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type * as Native from '../native-api.js';
import { printable } from '../printable.js';
import { makePrivateDirectory, writeFailure } from './private-files.js';

const LARGEST_FILE = 1024 * 1024;
const KEPT_FILES = 3;
/** Of what one line says. */
const LONGEST_MESSAGE = 4096;

export type LogLevel = 'OK' | 'WARNING' | 'ERROR';

export interface Log {
  /** Where it is written. */
  readonly path: string;
  write(level: LogLevel, tool: string, message: string): void;
}

export function openLog(directory: string): Log {
  const path = join(directory, 'holdfast.log');
  return {
    path,
    write: (level, tool, message) => {
      try {
        prepare(directory, path);
        const line = `${new Date().toISOString()} [${level}] ${tool}[${process.pid}]: ${shown(message)}\n`;
        appendFileSync(path, line, { mode: 0o600 }); // one write: lines of several processes do not mix
      } catch {
        // a full disk or a read-only home: what the line says is told by exit code and output too
      }
    },
  };
}

/** A descriptor for the output of a program that runs on its own; the caller closes it. Throws when there is none. */
export function openRotated(directory: string, name: string): { readonly fd: number; readonly path: string } {
  const path = join(directory, name);
  try {
    prepare(directory, path);
    return { fd: openSync(path, 'a', 0o600), path };
  } catch (error) {
    throw writeFailure(error);
  }
}

function shown(message: string): string {
  const text = printable(message.slice(0, LONGEST_MESSAGE + 1));
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE - 3)}...`;
}

function prepare(directory: string, path: string): void {
  makePrivateDirectory(directory);
  if (sizeOf(path) < LARGEST_FILE) return;
  const lock = lockIfFree(`${path}.lock`);
  if (lock === undefined) return;
  try {
    if (sizeOf(path) >= LARGEST_FILE) rotate(path); // another may have done it until the lock was taken
  } finally {
    lock.release();
  }
}

/** Whoever does not get it appends all the same. */
function lockIfFree(path: string): Native.FileLock | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: most lines rotate nothing
    return (require('../native-api.js') as typeof Native).tryLock(path);
  } catch {
    return undefined; // no descriptor is free, say, or the disk is full
  }
}

function rotate(path: string): void {
  for (let age = KEPT_FILES - 1; age > 0; age -= 1) {
    const from = age === 1 ? path : `${path}.${age - 1}`;
    if (sizeOf(from) > 0) renameSync(from, `${path}.${age}`);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
