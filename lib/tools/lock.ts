// A lock of a tool: held by the kernel for this process and freed by it on any death, so that the question whether a
// lock is stale does not arise. What is written into the file is for people, and decides nothing.

import { closeSync, existsSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { identityOf, tryLock, type FileLock, type Identity } from '../native-api.js';
import { makePrivateDirectory, readFileIfAny, writeFailure } from './private-files.js';

const RETRY_MS = 20;
const FULL = ['ENOSPC', 'EDQUOT'];

export interface LockOptions {
  /**
   * Milliseconds to wait for whoever holds it.
   * @default 0
   */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

export interface HeldLock {
  readonly path: string;
  /** Idempotent. The file stays: to remove it would split those who wait over two files. */
  release(): void;
  [Symbol.dispose](): void;
}

/** Who has taken a lock last, as that process has said. */
export interface LockHolder extends Identity {
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * Takes the lock, or resolves with undefined when another holds it for longer than `waitMs`. Worker threads and other
 * parts of the same process are others too. flock(2) on POSIX, LockFileEx on Windows.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<HeldLock | undefined> {
  const { waitMs = 0, signal } = options;
  makePrivateDirectory(dirname(path));
  const deadline = performance.now() + waitMs;
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
    writeSync(file, `${JSON.stringify(ownWords())}\n`);
  } catch (error) {
    if (FULL.includes((error as NodeJS.ErrnoException).code ?? '')) return;
    lock.release();
    throw writeFailure(error);
  } finally {
    closeSync(file);
  }
}

/** JSON has no number for the start time of Windows: it is text there. */
interface Words {
  readonly pid: number;
  readonly startTime: string;
  readonly host: string;
  readonly since: number;
}

function ownWords(): Words {
  const startTime = String(identityOf(process.pid)?.startTime ?? 0n);
  return { pid: process.pid, startTime, host: hostname(), since: Date.now() };
}

/**
 * Who has a lock that was not to be had. Undefined when that process has not said so yet, and when the words are of one
 * that is dead on this machine, or of another boot or folder: who holds a lock is alive.
 */
export function holderOf(path: string): LockHolder | undefined {
  const holder = wordsIn(path);
  if (holder === undefined || holder.host !== hostname()) return holder;
  return identityOf(holder.pid)?.startTime === holder.startTime ? holder : undefined;
}

/** Whether somebody holds it now. Takes it for a moment, and makes nothing. */
export function isHeld(path: string): boolean {
  if (!existsSync(path)) return false;
  const held = tryLock(path);
  held?.release();
  return held === undefined;
}

function wordsIn(path: string): LockHolder | undefined {
  try {
    const { pid, startTime, host, since } = JSON.parse(readFileIfAny(path) ?? '') as Partial<Words>;
    if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined;
    if (typeof host !== 'string' || typeof since !== 'number') return undefined;
    return { pid, startTime: BigInt(startTime), host, since };
  } catch {
    return undefined; // half written, or by somebody else
  }
}
