// The source lists of the native programs, found by listing folders, and the files they become: the only place that
// knows them.
// `node scripts/sources.mjs core posix linux` prints what binding.gyp compiles.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a folder of one system shares with the others of its program. */
const SHARED = {
  'addon/windows': ['native/addon/arguments.cc', 'native/addon/errors.cc', 'native/addon/lines-promise.cc', 'native/addon/listeners.cc'],
  'guard/windows': ['native/guard/front-outcome.cc', 'native/guard/problems.cc', 'native/guard/run-options.cc'],
};

/** What a package has for one platform. `holdfast-guardw.exe` is the guard without a window, for schedulers. */
export function nativeFiles(platform) {
  if (platform === 'win32') return ['holdfast.node', 'holdfast-guard.exe', 'holdfast-guardw.exe'];
  return ['holdfast.node', 'holdfast-guard'];
}

/** Paths below the project, with forward slashes, of every C++ source in the named folders of native. */
export function sources(folders) {
  return folders.flatMap((folder) => {
    const directory = join(PROJECT_ROOT, 'native', folder);
    const names = existsSync(directory) ? readdirSync(directory) : [];
    const own = names.filter((name) => name.endsWith('.cc')).sort();
    return [...own.map((name) => `native/${folder}/${name}`), ...(SHARED[folder] ?? [])];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(sources(process.argv.slice(2)).join('\n'));
