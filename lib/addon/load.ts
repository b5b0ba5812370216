// Loads the addon once, when it is first needed, and says clearly why it cannot.

import { existsSync } from 'node:fs';

import { ContainmentError } from '../errors.js';
import type { Binding } from './binding.js';
import { candidatesFor } from './candidates.js';

let loaded: Binding | undefined;

export function binding(): Binding {
  loaded ??= load();
  return loaded;
}

function load(): Binding {
  const candidates = candidatesFor('holdfast.node');
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new ContainmentError(
      'ERR_HOLDFAST_ADDON_MISSING',
      `no addon for ${process.platform}-${process.arch}: none of ${candidates.join(', ')} exists. ` +
        "In a clone, 'npm install' builds it",
    );
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon has no other way in
    return require(path) as Binding;
  } catch (cause) {
    throw failedToLoad(path, cause);
  }
}

function failedToLoad(path: string, cause: unknown): ContainmentError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_DLOPEN_DISABLED') {
    return new ContainmentError(
      'ERR_HOLDFAST_ADDON_BLOCKED',
      'holdfast needs its native addon, and this process may load none; start Node with --allow-addons ' +
        '(under --permission) or without --no-addons',
      { path, cause },
    );
  }
  return new ContainmentError('ERR_HOLDFAST_ADDON_MISSING', `the addon '${path}' does not load: ${reason}`, {
    path,
    cause,
  });
}
