// The programs of test/fixtures/*.c, compiled once for each run of the tests.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { env, platform } from 'node:process';

import { FIXTURE_SOURCES } from './project.js';
import { sharedPath } from './run-directory.js';

const SOURCES = {
  escapee: [
    'escapee.c',
    'heartbeat.c',
    'start-time.c',
    'clone-techniques.c',
    'forking-techniques.c',
    'hostile-techniques.c',
    'confusing-techniques.c',
    'cgroup-techniques.c',
    'terminal-techniques.c',
  ],
  'chaos-tree': ['chaos-tree.c', 'heartbeat.c', 'start-time.c'],
  broker: ['broker.c', 'heartbeat.c', 'start-time.c'],
  reuse: ['reuse.c', 'heartbeat.c', 'start-time.c'],
  'end-process': ['end-process.c', 'start-time.c'],
  deny: ['deny.c'],
  foster: ['foster.c', 'start-time.c'],
  'signal-state': ['signal-state.c'],
  'signal-log': ['signal-log.c'],
  'send-signal': ['send-signal.c', 'start-time.c'],
  'die-launching': ['die-launching.c'],
  'stop-launching': ['stop-launching.c'],
  'take-pid': ['take-pid.c'],
  tracer: ['tracer.c'],
  'kill-after': ['kill-after.c'],
  'hung-mount': ['hung-mount.c'],
} as const;

export type FixtureName = keyof typeof SOURCES;

/** Where they are: on Windows cross-built before, elsewhere told to the other processes of the run. */
const DIRECTORY = 'HOLDFAST_TEST_FIXTURES';

export function compileFixtures(): void {
  const directory = sharedPath('fixtures');
  mkdirSync(directory);
  chmodSync(directory, 0o755); // other users run them, too
  for (const [name, sources] of Object.entries(SOURCES)) compile(join(directory, name), sources);
  env[DIRECTORY] = directory;
}

function compile(program: string, sources: readonly string[]): void {
  const flags = ['-std=gnu17', '-O1', '-Wall', '-Wextra', '-pthread'];
  const files = sources.map((source) => join(FIXTURE_SOURCES, source));
  execFileSync(env['CC'] ?? 'cc', [...flags, ...files, '-o', program]);
}

export function fixture(name: FixtureName): string {
  const directory = env[DIRECTORY];
  if (directory === undefined) throw new Error('the fixtures are not compiled: test/support/hooks.ts does it');
  return join(directory, platform === 'win32' ? `${name}.exe` : name);
}
