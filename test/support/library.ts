// The library twice in one process: through the seam, and with the portable path forced.

import { createRequire } from 'node:module';
import { join } from 'node:path';

import { PROJECT_ROOT } from './project.js';

import type * as Library from '#lib/index.js';

export type Path = 'seam' | 'portable path';

const load = createRequire(__filename);
const ENTRY = join(PROJECT_ROOT, 'dist', 'index.js');
const libraries = new Map<Path, typeof Library>();

export function libraryBy(path: Path): typeof Library {
  const library = libraries.get(path) ?? loadAnew(path);
  libraries.set(path, library);
  return library;
}

export function forEachPath(tests: (library: typeof Library, path: Path) => void): void {
  for (const path of ['seam', 'portable path'] as const) {
    describe(`through the ${path}`, () => {
      tests(libraryBy(path), path);
    });
  }
}

// Which path it takes is settled when it is loaded.
function loadAnew(path: Path): typeof Library {
  const cached = Object.keys(load.cache).filter((name) => name.startsWith(join(PROJECT_ROOT, 'dist')));
  const kept = cached.map((name) => [name, load.cache[name]] as const);
  for (const name of cached) Reflect.deleteProperty(load.cache, name);
  try {
    if (path === 'portable path') process.env['HOLDFAST_FORCE_PORTABLE'] = '1';
    return load(ENTRY) as typeof Library;
  } finally {
    delete process.env['HOLDFAST_FORCE_PORTABLE'];
    for (const [name, module] of kept) load.cache[name] = module;
  }
}
