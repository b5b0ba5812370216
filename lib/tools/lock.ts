// A lock of a tool: held by the kernel for this process and freed by it on any death, so that the question whether a
// lock is stale does not arise. What is written into the file is for people, and decides nothing.

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { tryLock, type FileLock } from '../native-api.js';
import { makePrivateDirectory, readFileIfAny, writeFailure } from './private-files.js';

const RETRY_MS = 20;
const FULL = ['ENOSPC', 'EDQUOT'];

export interface LockOptions {
  /**
   * Milliseconds to wait for whoever holds it.
   * @default 0
   */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

export interface HeldLock {
  readonly path: string;
  /** Idempotent. The file stays: to remove it would split those who wait over two files. */
  release(): void;
  [Symbol.dispose](): void;
}

/** Who holds a lock, as far as that process has said so. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * Takes the lock, or resolves with undefined when another holds it for longer than `wait`. Worker threads and other
 * parts of the same process are others too. flock(2) on POSIX, LockFileEx on Windows.
 */
export async function acquireLock(path: string, { wait = 0, signal }: LockOptions = {}): Promise<HeldLock | undefined> {
  makePrivateDirectory(dirname(path));
  const deadline = performance.now() + wait;
  for (;;) {
    signal?.throwIfAborted();
    const lock = tried(path);
    if (lock !== undefined) {
      introduce(path, lock);
      const release = (): void => lock.release();
      return { path, release, [Symbol.dispose]: release };
    }
    const left = deadline - performance.now();
    if (left <= 0) return undefined;
    await delay(Math.min(RETRY_MS, left), undefined, { ...(signal !== undefined && { signal }) });
  }
}

function tried(path: string): FileLock | undefined {
  try {
    return tryLock(path);
  } catch (error) {
    throw writeFailure(error);
  }
}

/** A full disk is no reason not to hold the lock. */
function introduce(path: string, lock: FileLock): void {
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file);
    writeSync(file, `${JSON.stringify({ pid: process.pid, host: hostname(), since: Date.now() } satisfies LockHolder)}\n`);
  } catch (error) {
    if (FULL.includes((error as NodeJS.ErrnoException).code ?? '')) return;
    lock.release();
    throw writeFailure(error);
  } finally {
    closeSync(file);
  }
}

/** Undefined when it has not said so yet. */
export function holderOf(path: string): LockHolder | undefined {
  try {
    const { pid, host, since } = JSON.parse(readFileIfAny(path) ?? '') as Partial<LockHolder>;
    const known = typeof pid === 'number' && typeof host === 'string' && typeof since === 'number';
    return known ? { pid, host, since } : undefined;
  } catch {
    return undefined; // half written, or by somebody else
  }
}
