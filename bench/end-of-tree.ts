// How long it takes to end a tree: from the call to its proof; the end of a pipe that every member holds confirms it.
// The same for tree-kill, and for an owner that is killed with SIGKILL.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import treeKill from 'tree-kill';

import type { Tree } from '#lib/index.js';

import { PLAIN, contained, workingMechanisms, type Contender } from './contenders.js';
import { median, printTable, promise, type Row } from './statistics.js';

const SIZES = [
  { members: 1, rounds: 30 },
  { members: 50, rounds: 20 },
  { members: 1000, rounds: 5 },
] as const;
const LIMITS_MS: Record<number, number> = { 50: 10, 1000: 150 };
const OWNED = 100;
const PATIENCE_MS = 5000;

interface Crowd {
  readonly child: ChildProcess & { readonly tree?: Tree };
  /** Resolves when the last member has let go of the pipe. */
  readonly gone: Promise<unknown>;
}

/** A shell and its children: `members` in all, every one with the same pipe as its stdout. */
async function startCrowd(contender: Contender, members: number): Promise<Crowd> {
  const script = 'i=1; while [ $i -lt "$0" ]; do sleep 1000 & i=$((i+1)); done; echo ready; wait; exec sleep 1000';
  const child = contender.start('/bin/sh', ['-c', script, String(members)], ['ignore', 'pipe', 'ignore']);
  return { child, ...(await whenReady(child.stdout)) };
}

async function whenReady(stdout: Readable | null): Promise<Pick<Crowd, 'gone'>> {
  if (stdout === null) throw new Error('the crowd has no pipe');
  const gone = once(stdout, 'end');
  await once(stdout, 'data');
  return { gone };
}

async function killContained({ child, gone }: Crowd): Promise<number> {
  const began = performance.now();
  const report = await child.tree?.kill();
  const took = performance.now() - began;
  await gone;
  if (report?.survivors.length !== 0) throw new Error(`survivors: ${JSON.stringify(report?.survivors)}`);
  return took;
}

async function killByTreeKill({ child, gone }: Crowd): Promise<number> {
  const began = performance.now();
  treeKill(child.pid ?? 0, 'SIGKILL');
  await gone;
  return performance.now() - began;
}

interface Ending {
  readonly name: string;
  readonly run: (members: number) => Promise<number>;
}

export async function benchEndOfTree(effort: number): Promise<void> {
  const endings: Ending[] = [
    { name: 'tree-kill', run: async (members) => killByTreeKill(await startCrowd(PLAIN, members)) },
    ...workingMechanisms().map((mechanism) => ({
      name: `holdfast ${mechanism}`,
      run: async (members: number) => killContained(await startCrowd(contained(mechanism), members)),
    })),
  ];
  for (const { members, rounds } of SIZES) {
    const rows = await measure(endings, { members, rounds: Math.max(2, Math.round(rounds * effort)), effort });
    printTable(`kill() of ${members} member${members === 1 ? '' : 's'}: call to proven empty`, 'ms', rows);
    const limit = LIMITS_MS[members];
    if (limit === undefined) continue;
    for (const { name, values } of rows.slice(1)) promise(`${name}: kill() of ${members} members`, median(values), limit, ' ms');
  }
  await benchOwnerKilled(Math.max(2, Math.round(10 * effort)));
}

interface Plan {
  readonly members: number;
  readonly rounds: number;
  readonly effort: number;
}

async function measure(endings: readonly Ending[], { members, rounds, effort }: Plan): Promise<Row[]> {
  const rows = endings.map(({ name }) => ({ name, values: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run, name }] of endings.entries()) {
      // tree-kill runs a ps for every single process, which takes a minute for 1000 of them: once is enough.
      if (name === 'tree-kill' && members > 100 && (round > 0 || effort < 1)) continue;
      await quiet();
      rows[index]?.values.push(await run(members));
    }
  }
  return rows;
}

/** The dead of the round before may wait for the machine's init; whoever looks at /proc would look at them too. */
async function quiet(): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (zombies() > 0 && performance.now() < deadline) await setTimeout(10);
}

function zombies(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => / Z /.test(statOf(pid))).length;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return ''; // gone in between
  }
}

/** Another Node owns the crowd and hands its pipe on to us; the pipe ends when the last member is dead. */
async function benchOwnerKilled(rounds: number): Promise<void> {
  const rows: Row[] = [];
  for (const mechanism of workingMechanisms()) {
    const values: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const owner = spawn(process.execPath, [__filename, 'own', mechanism], { stdio: ['ignore', 'pipe', 'inherit'] });
      const { gone } = await whenReady(owner.stdout);
      const began = performance.now();
      owner.kill('SIGKILL');
      await gone;
      values.push(performance.now() - began);
    }
    rows.push({ name: `holdfast ${mechanism}`, values });
    promise(`holdfast ${mechanism}: owner SIGKILLed, ${OWNED} members gone`, Math.max(...values), 100, ' ms');
  }
  printTable(`SIGKILL of the owner of ${OWNED} members: until the last one is dead`, 'ms', rows);
}

function own(mechanism: string): void {
  const contender = contained(workingMechanisms().find((name) => name === mechanism) ?? 'subreaper');
  const script = 'i=1; while [ $i -lt "$0" ]; do sleep 1000 & i=$((i+1)); done; echo ready; wait';
  contender.start('/bin/sh', ['-c', script, String(OWNED)], ['ignore', 'inherit', 'ignore']);
}

if (process.argv[2] === 'own') own(process.argv[3] ?? '');
