// One tree of a run with its owner, and the end that comes to it. There is one way for each kind of owner.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';

import { spawnContained, type EndReport } from '#lib/index.js';

import type { WorkerPlan } from '../fixtures/worker.js';
import type { Cast } from '../support/cast.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { HOME, records } from '../support/leaks.js';
import { allPids, identityOf, isAlive, processLine, readProcFile, type ProcessIdentity } from '../support/proc.js';
import { GUARD, nodeFixture } from '../support/project.js';
import { endProcesses, endTogether } from '../support/scene.js';
import type { RunPlan } from './run-plan.js';

export interface Attempt {
  /** Brings the end. */
  die(): Promise<void>;
  /** The owner says that it is over, or is over itself. */
  readonly over: Promise<EndReport | undefined>;
  /** The routes that the tree named, as far as it was launched. */
  named(): readonly string[];
  /** Who holds it, from outside. */
  readonly holders: readonly ProcessIdentity[];
}

type Start = (plan: RunPlan, cast: Cast) => Attempt | Promise<Attempt>;

/**
 * Each root leads a session: where the process group of the tests is orphaned, the kernel answers a member that stops
 * in it with SIGHUP to all of that group (setpgid(2)).
 */
const ALONE = { detached: true } as const;

const STDIO = ['ignore', 'ignore', 'ignore', 'pipe'] as const;

async function kill(process: ProcessIdentity): Promise<void> {
  await endProcesses(() => [process].filter(isAlive));
}

/** Whose parent is `owner`, among a process and those above it. */
function guardAbove(pid: number, owner: number): ProcessIdentity | undefined {
  const line = processLine(pid);
  if (line === undefined || line.ppid <= 1) return undefined;
  return line.ppid === owner ? line : guardAbove(line.ppid, owner);
}

function startHere({ mechanism, death, graceMs, timeoutMs }: RunPlan, cast: Cast): Attempt {
  const [file = '', ...args] = cast.argv;
  const enough = new AbortController();
  const terms = death === 'timeout' ? { timeout: timeoutMs } : {};
  const containment = { mechanism, grace: graceMs };
  const options = { ...ALONE, stdio: [...STDIO], containment, signal: enough.signal, ...terms };
  const child = spawnContained(file, args, options);
  child.on('error', () => undefined); // of an abort
  cast.holdLifeline(child.stdio[3] as Duplex);
  const guard = guardAbove(child.pid ?? 0, process.pid);
  const { tree } = child;
  return {
    over: tree.empty,
    named: () => tree.escapable,
    holders: guard === undefined ? [] : [guard],
    die: async () => {
      if (death === 'kill()') await tree.kill();
      if (death === 'terminate()') await tree.terminate();
      if (death === 'abort') enough.abort();
      if (death === 'guard killed' && guard !== undefined) await kill(guard);
    },
  };
}

/** The first child of a front beside its witness, which is there before. */
function guardOf(front: number): ProcessIdentity | undefined {
  const children = allPids().flatMap((pid) => processLine(pid) ?? []).filter(({ ppid }) => ppid === front);
  const isWitness = ({ pid }: ProcessIdentity): boolean => readProcFile(`/proc/${pid}/comm`) === 'holdfast-group\n';
  return children.some(isWitness) ? children.find((child) => !isWitness(child)) : undefined;
}

/** As the front has reported, or its record says; remembered, as whoever recovers the tree removes the record. */
function namedByFront({ pid, startTime }: ProcessIdentity, report: string): () => readonly string[] {
  let named: readonly string[] | undefined;
  return () => {
    const reported = readProcFile(report) ?? '';
    const texts = records().map((name) => readProcFile(join(HOME, 'run', name)) ?? '');
    const record = texts.find((text) => text.includes(`\nowner ${pid} ${startTime}\n`)) ?? '';
    if (reported !== '') named ??= (JSON.parse(reported) as { readonly escapable: readonly string[] }).escapable;
    named ??= /^escapable (.*)$/m.exec(record)?.[1]?.split(',');
    return named ?? [];
  };
}

/** As shells and service managers do: a front stops with its root, and whoever is stopped hears nothing else. */
async function terminateJob(front: ChildProcess): Promise<void> {
  front.kill('SIGTERM'); // ours, and not waited for before its 'exit'
  await eventually('the front has ended', () => {
    front.kill('SIGCONT');
    return front.exitCode !== null || front.signalCode !== null;
  });
}

function startFront({ mechanism, death, graceMs, timeoutMs }: RunPlan, cast: Cast): Attempt {
  const timeout = death === 'timeout of the front' ? ['--timeout', `${timeoutMs}ms`] : [];
  const report = `${cast.path}.report`;
  const terms = ['run', '--mechanism', mechanism, '--grace', `${graceMs}ms`, '--json-report', report, ...timeout, '--'];
  const child = spawn(GUARD, [...terms, ...cast.argv], { ...ALONE, stdio: [...STDIO] });
  const over = once(child, 'exit').then(() => undefined);
  cast.holdLifeline(child.stdio[3] as Duplex);
  const front = identityOf(child.pid ?? 0);
  const named = namedByFront(front, report);
  return {
    over,
    named,
    holders: [front],
    die: async () => {
      named();
      if (death === 'timeout of the front') return;
      if (death === 'owner killed') return kill(front);
      if (death === 'SIGTERM to the front') return terminateJob(child);
      const guard = await eventually('the front has a guard or has ended', () => guardOf(front.pid) ?? !isAlive(front));
      if (typeof guard !== 'object') return;
      if (death === 'owner and guard killed') await endTogether({ guards: [guard], owners: [front] });
      else await kill(guard);
    },
  };
}

/** A Worker cannot hand the near end of a pipe on, so the lifeline is a FIFO. */
function openLifeline(path: string): { readonly far: number; readonly near: Socket } {
  execFileSync('mkfifo', [path]);
  const near = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const far = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return { far, near: new Socket({ fd: near, readable: true, writable: false }) };
}

async function startInWorker({ mechanism, graceMs }: RunPlan, cast: Cast): Promise<Attempt> {
  const { far, near } = openLifeline(`${cast.path}.lifeline`);
  const containment = { mechanism, grace: graceMs };
  const workerData: WorkerPlan = { ...ALONE, argv: cast.argv, end: 'wait', containment, lifeline: far };
  const worker = new Worker(nodeFixture('worker'), { workerData });
  const over = once(worker, 'exit').then(() => undefined);
  const [named] = (await once(worker, 'message')) as [readonly string[]];
  closeSync(far);
  cast.holdLifeline(near);
  return {
    over,
    named: () => named,
    holders: [],
    die: async () => {
      await worker.terminate();
    },
  };
}

/** Below a parent that adopts and reaps, and ends nothing; the root stands where the owner stands. */
async function startUncontained(_: RunPlan, cast: Cast): Promise<Attempt> {
  const child = spawn(fixture('foster'), cast.argv, { ...ALONE, stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  cast.holdLifeline(child.stdio[3] as Duplex);
  const [first] = (await once(child.stdio[1] as Readable, 'data')) as [Buffer];
  const [pid = '', startTime = ''] = first.toString().trim().split(':');
  const root = { pid: Number(pid), startTime };
  return { over: Promise.resolve(undefined), named: () => [], holders: [], die: () => kill(root) };
}

export const STARTS: Readonly<Record<'library' | 'front' | 'worker' | 'nobody', Start>> = {
  library: startHere,
  front: startFront,
  worker: startInWorker,
  nobody: startUncontained,
};
