// Reads the records as the addon tells of them: lines in, what is known of each tree out. The addon has checked every
// value (native/core/records/record.cc).

import { basename, dirname, join } from 'node:path';

import type { Identity, Mechanism, Member, NamedProcess, TreeInfo, TreeState } from '../types.js';
import { fieldsOf, identityIn, readMember, routesIn, unescapeField, wordOf } from './facts.js';

/** A tree as its record describes it. */
export interface RecordedTree {
  /** Without what only the guard can say. */
  readonly info: TreeInfo;
  /** Somebody holds the lock of the record. */
  readonly locked: boolean;
  /** Where the guard listens. */
  readonly socket: string | undefined;
}

/** Those that can be looked at and ended from here. */
export function isReachable({ info }: RecordedTree): boolean {
  return info.state !== 'foreign' && info.state !== 'corrupt';
}

export function readRecords(lines: readonly string[]): RecordedTree[] {
  const records: string[][] = [];
  for (const line of lines) {
    if (wordOf(line) === 'record') records.push([]);
    records.at(-1)?.push(line);
  }
  return records.map(readRecord);
}

function readRecord([head = '', ...lines]: readonly string[]): RecordedTree {
  const [state = '', lock, path = '', why = ''] = fieldsOf(head);
  const record = unescapeField(path);
  const reason = unescapeField(why);
  const living = lines.filter((line) => wordOf(line) === 'process').map(readMember);
  let info: TreeInfo = { id: basename(record, '.tree'), state: state as TreeState, record };
  if (reason !== '') info = { ...info, reason };
  for (const line of lines) info = { ...info, ...readFact(line, living) };
  const socket = lines.find((line) => wordOf(line) === 'socket');
  return {
    info,
    locked: lock === 'locked',
    socket: socket === undefined ? undefined : addressOf(record),
  };
}

/** Beside the record, or on Windows a named pipe. */
function addressOf(record: string): string {
  const id = basename(record, '.tree');
  return process.platform === 'win32' ? `\\\\.\\pipe\\holdfast-${id}` : join(dirname(record), `${id}.sock`);
}

function readFact(line: string, living: readonly Member[]): Partial<TreeInfo> {
  const [first = '', second = ''] = fieldsOf(line);
  switch (wordOf(line)) {
    case 'label':
      return { label: first };
    case 'owner':
      return { owner: named(identityIn(first, second), living) };
    case 'guard':
      return { guard: named(identityIn(first, second), living) };
    case 'root':
      return { root: named(identityIn(first, second), living) };
    case 'mechanism':
      return { mechanism: first as Mechanism };
    case 'escapable':
      return { escapable: routesIn(first) };
    case 'file':
      return { file: unescapeField(first) };
    case 'created':
      return { created: new Date(Number(first) * 1000) };
    default:
      return {};
  }
}

function named(identity: Identity, living: readonly Member[]): NamedProcess {
  const alive = living.find(({ pid, startTime }) => pid === identity.pid && startTime === identity.startTime);
  return alive === undefined ? { ...identity, alive: false } : { ...alive, alive: true };
}
