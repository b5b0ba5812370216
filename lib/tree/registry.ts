// The trees of this user, whoever owns them: found by their records, their members told by their guards. Everything is
// asked for at once and off the main thread.

import { access } from 'node:fs/promises';

import type { Member, TreeInfo } from '../types.js';
import { readMember, wordOf } from './facts.js';
import { GuardCall } from './guard-call.js';
import { readRecords, type RecordedTree } from './record.js';
import { askRecords } from './records-access.js';

const OTHERS_ANSWER_MS = 2000;

/**
 * Every tree of this user that has a record: live and released ones with their members, and what is left of others.
 * Text that was chosen by a program or its user is handed out raw: escape it before printing.
 */
export async function trees(): Promise<readonly TreeInfo[]> {
  const described = await Promise.all((await recordedTrees()).map(describe));
  return described.filter((tree) => tree !== undefined);
}

/** The same without asking the guards. */
export async function recordedTrees(): Promise<readonly RecordedTree[]> {
  return readRecords(await askRecords((records, home) => records.read(home)));
}

/** A tree with what its guard says; undefined when it has ended meanwhile. */
export async function describe({ info, locked, socket }: RecordedTree): Promise<TreeInfo | undefined> {
  if (!locked || info.state === 'foreign') return info;
  const members = socket === undefined ? undefined : await membersAt(socket);
  if (members !== undefined) return { ...info, members };
  return (await exists(info.record)) ? info : undefined;
}

async function membersAt(socket: string): Promise<readonly Member[] | undefined> {
  const call = new GuardCall(socket);
  try {
    call.say('members');
    const lines = await call.hear(['members'], OTHERS_ANSWER_MS);
    return lines?.filter((line) => wordOf(line) === 'member').map(readMember);
  } finally {
    call.hangUp();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
