// Records as a guard would write them, and such as none would.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readProcFile } from './proc.js';

const ESCAPED = /[^A-Za-z0-9._/:@+,=-]/g;

export function escapeField(text: string): string {
  if (text === '') return '%';
  return text.replace(ESCAPED, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** As the guard of a tree here would have told. */
export function cgroupsHere(): string {
  return escapeField(readFileSync('/proc/self/cgroup', 'latin1'));
}

/** The lines of a record that is valid here and now, by key. What is undefined is left out. */
export type RecordLines = Readonly<Record<string, string | undefined>>;

/** Of no tree, and of this process of mocha alone: what carries the id elsewhere is none of its records' business. */
export const SOME_ID = someId();

export function someId(): string {
  return randomBytes(10).toString('hex');
}

function validLines(id: string): RecordLines {
  return {
    tree: id,
    mark: id,
    uid: String(process.getuid?.()),
    machine: escapeField((readProcFile('/etc/machine-id') ?? '').trim()),
    boot: escapeField(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    'pid-namespace': escapeField(readlinkSync('/proc/self/ns/pid')),
    owner: '4194303 1',
    guard: '4194302 2',
    mechanism: 'subreaper',
    escapable: 'broker',
    file: 'sh',
    created: '1790000000',
  };
}

export function recordText(lines: RecordLines = {}, id = SOME_ID): string {
  const all = Object.entries({ ...validLines(id), ...lines }).filter(([, value]) => value !== undefined);
  return `holdfast 1\n${all.map(([key, value]) => `${key} ${value ?? ''}\n`).join('')}`;
}

/** A home with a directory of records of its own. */
export function makeHome(home: string): string {
  const directory = join(home, 'run');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** Returns the path. */
export function writeRecord(directory: string, text = recordText(), id = SOME_ID): string {
  const path = join(directory, `${id}.tree`);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

/** What is in a directory, byte for byte, to see that nobody has touched it. */
export function contentOf(directory: string): readonly string[] {
  return readdirSync(directory).map((name) => `${name}: ${readProcFile(join(directory, name)) ?? 'unreadable'}`);
}
