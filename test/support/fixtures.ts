// The programs of test/fixtures/*.c, compiled once for each run of the tests.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FIXTURE_SOURCES } from './project.js';
import { WINDOWS_FIXTURES } from './windows-oracle.js';

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
  'die-launching': ['die-launching.c'],
  'take-pid': ['take-pid.c'],
  tracer: ['tracer.c'],
  'kill-after': ['kill-after.c'],
  'hung-mount': ['hung-mount.c'],
} as const;

export type FixtureName = keyof typeof SOURCES;

let directory: string | undefined;

export function compileFixtures(): void {
  if (directory !== undefined || process.platform === 'win32') return; // there they are cross-built
  directory = mkdtempSync(join(tmpdir(), 'holdfast-fixtures-'));
  chmodSync(directory, 0o755); // other users run them, too
  for (const [name, sources] of Object.entries(SOURCES)) compile(name, sources);
}

function compile(name: string, sources: readonly string[]): void {
  const flags = ['-std=gnu17', '-O1', '-Wall', '-Wextra', '-pthread'];
  const files = sources.map((source) => join(FIXTURE_SOURCES, source));
  execFileSync(process.env['CC'] ?? 'cc', [...flags, ...files, '-o', join(directory ?? '', name)]);
}

export function fixture(name: FixtureName): string {
  if (process.platform === 'win32') return join(WINDOWS_FIXTURES, `${name}.exe`);
  if (directory === undefined) throw new Error('the fixtures are not compiled: test/support/hooks.ts does it');
  return join(directory, name);
}

export function removeFixtures(): void {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  directory = undefined;
}
