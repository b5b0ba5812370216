// Where the native files of this package are: what was built here first, then what came with the package.
// Repairs a lost execute bit of the guard: packers and artifact stores drop modes.

import { accessSync, chmodSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ContainmentError, systemErrorOf } from '../errors.js';

const PACKAGE_ROOT = dirname(dirname(__dirname));
const GUARD_NAME = process.platform === 'win32' ? 'holdfast-guard.exe' : 'holdfast-guard';

/** The places in which a native file may be, best first. Electron cannot execute inside an asar archive. */
export function candidatesFor(name: string): readonly string[] {
  const target = `${process.platform}-${process.arch}`;
  return [join(PACKAGE_ROOT, 'build', 'Release', name), join(PACKAGE_ROOT, 'prebuilds', target, name)].map((path) =>
    path.replace(/\.asar([\\/])/, '.asar.unpacked$1'),
  );
}

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
