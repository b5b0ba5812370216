// The source lists of the native programs, found by listing folders: the only place that knows them.
// `node scripts/sources.mjs core posix linux` prints what binding.gyp compiles.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Paths below the project, with forward slashes, of every C++ source in the named folders of native. */
export function sources(folders) {
  return folders.flatMap((folder) => {
    const directory = join(PROJECT_ROOT, 'native', folder);
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return names
      .filter((name) => name.endsWith('.cc'))
      .sort()
      .map((name) => `native/${folder}/${name}`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(sources(process.argv.slice(2)).join('\n'));
