// An npm project that depends on this checkout and on the wrappers, as a user has it: `npx holdfast` there is ours.

import { accessSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT_ROOT } from '../../support/project.js';

const PACKAGES = join(PROJECT_ROOT, 'build', 'test-wrappers', 'node_modules');
const PROGRAMS = join(PROJECT_ROOT, 'test', 'wrappers', 'programs');

const SCRIPTS = {
  start: 'node app.cjs',
  chain: 'npm run start',
  tree: 'node tree.cjs',
  'held-tree': 'holdfast run -- node tree.cjs',
};

export function whyNoWrappers(): string | undefined {
  if (process.platform !== 'linux') return 'the tests read /proc';
  try {
    accessSync(join(PACKAGES, '.package-lock.json'));
    return undefined;
  } catch {
    return 'the wrappers are not installed: npm run test:wrappers';
  }
}

/** A group of tests that is listed with the reason where the wrappers are not installed. */
export function describeWrapped(title: string, tests: () => void): void {
  const reason = whyNoWrappers();
  if (reason === undefined) describe(title, tests);
  else it.skip(`${title} SKIPPED: ${reason}`, () => undefined);
}

export function layOutProject(directory: string): void {
  const modules = join(directory, 'node_modules');
  const bin = join(modules, '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'wrapped', private: true, scripts: SCRIPTS }));
  for (const name of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, name), join(directory, name));
  symlinkSync(join(PACKAGES, '@modelcontextprotocol'), join(modules, '@modelcontextprotocol'));
  for (const name of readdirSync(join(PACKAGES, '.bin'))) symlinkSync(join(PACKAGES, '.bin', name), join(bin, name));
  symlinkSync(PROJECT_ROOT, join(modules, 'holdfast'));
  symlinkSync(join('..', 'holdfast', 'bin', 'holdfast.js'), join(bin, 'holdfast'));
  addPackage(modules, 'my-server', 'server.mjs');
  addPackage(modules, 'my-tree', 'tree.cjs');
}

/** A local package of the project whose command is one of the programs. */
function addPackage(modules: string, name: string, program: string): void {
  const directory = join(modules, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version: '1.0.0', bin: program }));
  copyFileSync(join(PROGRAMS, program), join(directory, program));
  symlinkSync(join('..', name, program), join(modules, '.bin', name));
}
