// Where the project's files are, seen from the compiled tests.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { guardPath } from '#lib/addon/native-files.js';

function rootAbove(directory: string): string {
  if (existsSync(join(directory, 'binding.gyp')) || existsSync(join(directory, 'package-lock.json'))) {
    return directory;
  }
  const above = dirname(directory);
  if (above === directory) throw new Error('the tests are not inside the project');
  return rootAbove(above);
}

export const PROJECT_ROOT = rootAbove(__dirname);
export const FIXTURE_SOURCES = join(PROJECT_ROOT, 'test', 'fixtures');
/** The sanitizer runs name a guard of their own. */
export const GUARD = process.env['HOLDFAST_TEST_GUARD'] ?? guardPath();
/** A compiled Node program of test/fixtures. */
export function nodeFixture(name: string): string {
  return join(__dirname, '..', 'fixtures', `${name}.js`);
}
