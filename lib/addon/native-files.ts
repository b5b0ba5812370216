// Where the guard is. Repairs a lost execute bit of it: packers and artifact stores drop modes.

import { accessSync, chmodSync, constants, existsSync } from 'node:fs';

import { ContainmentError, systemErrorOf } from '../errors.js';
import { candidatesFor } from './candidates.js';

const GUARD_NAME = process.platform === 'win32' ? 'holdfast-guard.exe' : 'holdfast-guard';

let found: string | undefined;

/** The absolute path of an executable guard. */
export function guardPath(): string {
  found ??= findGuard();
  return found;
}

function findGuard(): string {
  const candidates = candidatesFor(GUARD_NAME);
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new ContainmentError(
      'ERR_HOLDFAST_GUARD_UNUSABLE',
      `the guard is missing: none of ${candidates.join(', ')} exists. In a clone, 'npm install' builds it`,
    );
  }
  makeExecutable(path);
  return path;
}

function makeExecutable(path: string): void {
  if (isExecutable(path)) return;
  try {
    chmodSync(path, 0o755);
  } catch (cause) {
    const { errno, syscall } = systemErrorOf(cause) ?? {};
    throw new ContainmentError(
      'ERR_HOLDFAST_GUARD_UNUSABLE',
      `the guard '${path}' has lost its execute bit and cannot get it back; run: chmod 755 '${path}'`,
      { path, cause, ...(errno !== undefined && { errno }), ...(syscall !== undefined && { syscall }) },
    );
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
