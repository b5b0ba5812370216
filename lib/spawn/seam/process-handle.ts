// The handle behind a ChildProcess, as Node's C++ makes it (src/process_wrap.cc): how to take over a method of it,
// and how to bring it into a state in which it is freed although it never starts anything.

import { errnoOf } from '../../errors.js';

import { ownProperties } from '../own-properties.js';

/** lib/internal/child_process.js: what `_handle` is, from process_wrap.cc. */
export interface ProcessHandle {
  pid?: number;
  spawn(...args: unknown[]): number;
  kill(signo: number): number;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  close(): void;
  onexit(code: number, signalName: string): void;
}

/** Node 24.21 and 26 pass the arguments of `spawn` one by one. */
export type SpawnShape = 'object' | 'positional';

/** How uv_spawn() refuses a descriptor of -1, or on Windows, before it looks at any, a user. */
const PRIMED: readonly number[] = [errnoOf('EINVAL'), errnoOf('ENOTSUP')];

// Since libuv 1.52 a failed uv_spawn() takes the handle from the loop's queue, and uv_close() does it once more:
// the queue then holds freed memory (https://github.com/libuv/libuv/pull/4980).
const [, uvMinor = 0] = process.versions.uv.split('.').map(Number);
const CAN_FAIL_SAFELY = uvMinor < 52;
let shape: SpawnShape = 'object';

export function setShape(seen: SpawnShape): void {
  shape = seen;
}

export function override(handle: ProcessHandle, name: keyof ProcessHandle, value: unknown): void {
  Object.defineProperty(handle, name, { value, writable: true, configurable: true, enumerable: false });
}

// A handle that uv_spawn() has never seen is never freed. A descriptor of -1 makes uv_spawn() fail before it forks
// (deps/uv/src/unix/process.c, uv__process_init_stdio), after the permission model has had its say. On Windows a uid
// does (deps/uv/src/win/process.c, uv_spawn).
export function prime(handle: ProcessHandle): number {
  if (!CAN_FAIL_SAFELY && maySpawn()) {
    // Never freed, but then as little as possible hangs on it.
    override(handle, 'close', () => Reflect.ownKeys(handle).forEach((key) => Reflect.deleteProperty(handle, key)));
    return errnoOf('EINVAL');
  }
  const stdio = [ownProperties({ type: 'fd', fd: -1 })];
  const real = Object.getPrototypeOf(handle) as ProcessHandle;
  const positional = ['/', [], undefined, [], stdio, 0, 0, undefined];
  const options = ownProperties({ file: '/', args: [], envPairs: [], stdio, uid: 0 });
  return real.spawn.apply(handle, shape === 'object' ? [options] : positional);
}

// Without the right to spawn (permission model) there is nothing to find out, and every spawn will say so.
export function canPrime(handle: ProcessHandle): boolean {
  try {
    return PRIMED.includes(prime(handle));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_ACCESS_DENIED';
  } finally {
    handle.close();
  }
}

function maySpawn(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return permission?.has('child') ?? true;
}
