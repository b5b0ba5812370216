// Whom the save daemon belongs to: a table of processes and wishes, and who is chosen.

import { expect } from 'chai';

import type { ProcessEntry } from '#lib/native-api.js';
import { chooseOwner } from '#lib/tools/daemon/owner.js';

function entry(pid: number, ppid: number, name: string, rest: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, ppid, name, pgrp: pid, session: 0, state: 'S', uid: 1000, startTime: BigInt(pid), ...rest };
}

/** sshd - sshd of the user - a shell - an agent - a hook's shell in a session of its own - ourselves. */
const TABLE: readonly ProcessEntry[] = [
  entry(1, 0, 'init', { uid: 0, session: 1 }),
  entry(10, 1, 'sshd', { uid: 0, session: 10 }),
  entry(20, 10, 'sshd', { session: 10 }),
  entry(30, 20, 'bash', { session: 30 }),
  entry(40, 30, 'claude', { session: 30 }),
  entry(50, 40, 'sh', { session: 50 }),
  entry(60, 50, 'node', { session: 50 }),
  entry(70, 1, 'dead', { state: 'Z' }),
  entry(80, 1, 'of-another', { uid: 1001 }),
];

function withoutAgent(): readonly ProcessEntry[] {
  return TABLE.map((one) => (one.pid === 40 ? { ...one, name: 'make' } : one));
}

/** As a container shows it whose session began outside: its pid is 0 there. */
function entered(): readonly ProcessEntry[] {
  const inside = withoutAgent().filter(({ pid }) => pid !== 10);
  return inside.map((one) => ({ ...one, ppid: one.pid === 20 ? 1 : one.ppid, session: 0 }));
}

interface Case {
  readonly what: string;
  readonly wish: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly table?: readonly ProcessEntry[];
  readonly pid?: number;
  readonly chosen: number;
}

const CASES: readonly Case[] = [
  { what: 'the agent that says who it is', wish: 'auto', env: { CLAUDE_PID: '30' }, chosen: 30 },
  { what: 'the nearest agent when the one named is gone', wish: 'auto', env: { CLAUDE_PID: '4711' }, chosen: 40 },
  { what: 'the nearest agent when another user has that number', wish: 'auto', env: { CLAUDE_PID: '80' }, chosen: 40 },
  { what: 'the nearest agent when what is named is no number', wish: 'auto', env: { CLAUDE_PID: '-1' }, chosen: 40 },
  { what: 'the nearest agent', wish: 'auto', chosen: 40 },
  { what: 'the leader of the session', wish: 'auto', table: withoutAgent(), pid: 40, chosen: 30 },
  { what: 'who began this session here when its leader is not to be seen', wish: 'auto', table: entered(), chosen: 20 },
  { what: 'the parent', wish: 'parent', chosen: 50 },
  { what: 'the outermost process of the login', wish: 'login', chosen: 20 },
  { what: 'a process by its pid', wish: '30', chosen: 30 },
  { what: 'a process by pid and start time', wish: '30:30', chosen: 30 },
];

describe('the owner of the save daemon', () => {
  for (const { what, wish, env = {}, table = TABLE, pid = 60, chosen } of CASES) {
    it(`is ${what}`, () => {
      expect(chooseOwner(wish, { pid, env, table }).pid).to.equal(chosen);
    });
  }

  const orphan = [entry(1, 0, 'init', { session: 1, uid: 1000 }), entry(60, 1, 'node', { session: 60 })];
  const younger = [entry(90, 1, 'somebody', { startTime: 99n }), entry(60, 90, 'node')];
  const REFUSED: readonly (Pick<Case, 'what' | 'wish' | 'table'> & { readonly said: RegExp })[] = [
    { what: 'pid 1', wish: '1', said: /does not end/ },
    { what: 'pid 1 as parent', wish: 'parent', table: orphan, said: /process 1 does not end/ },
    { what: 'pid 1 as leader of the session', wish: 'auto', table: orphan, said: /process 1 does not end/ },
    { what: 'pid 1 as login', wish: 'login', table: orphan, said: /there is no such process/ },
    { what: 'a parent whose number somebody else has', wish: 'parent', table: younger, said: /there is no such process/ },
    { what: 'a zombie', wish: '70', said: /does not end/ },
    { what: 'nobody', wish: '4711', said: /there is no such process/ },
    { what: 'another start time', wish: '30:31', said: /there is no such process/ },
    { what: 'a word', wish: 'me', said: /--owner expects auto, parent, login, PID or PID:START, got 'me'/ },
  ];
  for (const { what, wish, table = TABLE, said } of REFUSED) {
    it(`is never ${what}`, () => {
      expect(() => chooseOwner(wish, { pid: 60, env: {}, table }))
        .to.throw(said)
        .and.include({ exitCode: 64 });
    });
  }
});
