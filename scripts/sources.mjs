// The source lists of the native programs, found by listing folders, and the files they become: the only place that
// knows them.
// `node scripts/sources.mjs core posix linux` prints what binding.gyp compiles.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the guard on Windows shares with that of the other systems. */
const SHARED = {
  'guard/windows': ['native/guard/problems.cc', 'native/guard/front/outcome.cc', 'native/guard/front/run-options.cc'],
};

const SYSTEMS = ['posix', 'linux', 'macos', 'windows'];

/** What a package has for one platform. `holdfast-guardw.exe` is the guard without a window, for schedulers. */
export function nativeFiles(platform) {
  if (platform === 'win32') return ['holdfast.node', 'holdfast-guard.exe', 'holdfast-guardw.exe'];
  return ['holdfast.node', 'holdfast-guard'];
}

/**
 * Paths below the project, with forward slashes, of every C++ source in the named folders of native and below them. A
 * folder of one system inside of another folder is taken only if it is named itself.
 */
export function sources(folders) {
  return folders.flatMap((folder) => [...sourcesBelow(folder), ...(SHARED[folder] ?? [])]);
}

function sourcesBelow(folder) {
  const directory = join(PROJECT_ROOT, 'native', folder);
  const entries = existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [];
  const inside = entries.filter((entry) => entry.isDirectory() && !SYSTEMS.includes(entry.name));
  const own = entries.filter(({ name }) => name.endsWith('.cc')).map(({ name }) => `native/${folder}/${name}`);
  return [...own.sort(), ...inside.map(({ name }) => name).sort().flatMap((name) => sourcesBelow(`${folder}/${name}`))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(sources(process.argv.slice(2)).join('\n'));
