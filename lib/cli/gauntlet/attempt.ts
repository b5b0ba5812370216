// One attempt of `holdfast doctor --gauntlet`: a root that tries every technique at once, the end that is brought to
// it, and who is left. Nothing here asks the library who lives: identities, heartbeats and an inherited pipe do.

import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import { spawnContained, type Contained, type Mechanism } from '../../index.js';
import { processGroup } from '../../native-api.js';
import { guardPath } from '../../addon/native-files.js';
import type { Command, End, GauntletSystem } from './system.js';

export interface AttemptPlan {
  readonly system: GauntletSystem;
  /** Made for this attempt, and removed with it. */
  readonly directory: string;
  readonly techniques: readonly string[];
  readonly end: End;
  /** Nothing: the uncontained control. */
  readonly mechanism: Mechanism | undefined;
  /** The techniques whose members may live on: they are not waited for. */
  readonly mayLive: readonly string[];
}

/** The techniques whose member lives on; nothing when all seem gone, and yet somebody holds the pipe. */
export type Left = readonly string[] | undefined;

const LOOK_MS = 20;
const EXIT_MS = 10_000;
const DYING_MS = 8000;
const REMOVAL_MS = 5000;

export async function runAttempt(plan: AttemptPlan): Promise<Left> {
  const { system, directory, techniques } = plan;
  mkdirSync(directory);
  system.prepare(directory, techniques);
  const child = start(plan);
  const pipe = new PipeEnd(child.stdio[3] as Readable);
  try {
    await allUp(plan, child);
    await bringEnd(plan, child);
    return await whoIsLeft(plan, pipe);
  } finally {
    await child.tree.kill();
    system.sweep(directory);
    removeAtOnce(directory); // whoever is left without a tree around it ends with that
  }
}

/**
 * Whatever is left when the owner is another process, and of a control, is ended with a tree around it that outlives
 * its root. Only kill() is asked of the tree that is tried itself.
 */
function start({ system, directory, mechanism, end }: AttemptPlan): Contained<ChildProcess> {
  const root = system.root(directory);
  if (mechanism !== undefined && end === 'kill()') return launch(root, { mechanism });
  const around = { whenRootExits: 'wait' } as const;
  if (mechanism !== undefined) return launch([guardPath(), 'run', '--mechanism', mechanism, '--', ...root], around);
  const loses = end === 'owner killed' || end === 'owner and guard killed';
  return launch(loses ? system.ownedRoot(directory) : root, around);
}

type Containment = { readonly mechanism: Mechanism } | { readonly whenRootExits: 'wait' };

function launch([file, ...args]: Command, containment: Containment): Contained<ChildProcess> {
  const env = { ...process.env, NODE_OPTIONS: '' }; // holdfast/register, say, would contain the controls
  return spawnContained(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env, containment });
}

function beatsOf(directory: string, name: string): number {
  return statSync(join(directory, `${name}.beats`), { throwIfNoEntry: false })?.size ?? 0;
}

async function allUp(plan: AttemptPlan, child: Contained<ChildProcess>): Promise<void> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await becomesTrue(plan.system.readyMs, () => isReady(plan) || hasEnded());
  if (isReady(plan)) return;
  const why = hasEnded() ? `the root ended with ${child.exitCode ?? child.signalCode}` : 'not in time';
  throw new Error(`${plan.end}: did not come up, ${why}: ${whoIsLate(plan) || 'the guard'}`);
}

function isReady(plan: AttemptPlan): boolean {
  const { system, directory, mechanism, end } = plan;
  if (whoIsLate(plan) !== '') return false;
  return mechanism === undefined || end !== 'owner and guard killed' || system.guardOf(directory) !== undefined;
}

function whoIsLate({ directory, techniques }: AttemptPlan): string {
  return techniques.filter((name) => beatsOf(directory, name) === 0).join(', ');
}

async function bringEnd(plan: AttemptPlan, child: Contained<ChildProcess>): Promise<void> {
  const { system, directory, mechanism, end } = plan;
  if (end === 'root exits') {
    const isOver = (): boolean => child.exitCode !== null;
    closeSync(openSync(join(directory, 'exit'), 'w'));
    if (!(await becomesTrue(EXIT_MS, isOver))) throw new Error('the root did not exit in time');
    return;
  }
  if (end === 'kill()' && mechanism !== undefined) {
    await child.tree.kill();
    return;
  }
  if (end === 'owner and guard killed') {
    child.kill('SIGSTOP'); // so that nobody acts between one death and the other
    const guard = system.guardOf(directory);
    if (guard !== undefined) processGroup.signal(guard.pid, guard.startTime, constants.signals.SIGKILL);
  }
  child.kill('SIGKILL');
}

async function whoIsLeft({ system, directory, techniques, mayLive }: AttemptPlan, pipe: PipeEnd): Promise<Left> {
  const beats = (): number[] => techniques.map((name) => beatsOf(directory, name));
  const isOver = (): boolean => system.living(directory).every((name) => mayLive.includes(name));
  const gone = await becomesTrue(DYING_MS, () => isOver() && (pipe.ended || mayLive.length > 0));
  const before = beats();
  await pause(system.stillMs);
  const after = beats();
  const beating = techniques.filter((_, index) => after[index] !== before[index]);
  const names = new Set([...system.living(directory), ...beating]);
  return gone || names.size > 0 ? [...names] : undefined;
}

/** Also while members write into it: under a new name, under which nobody does. */
export function removeAtOnce(directory: string): void {
  if (!existsSync(directory)) return;
  const away = `${directory}-gone`;
  insist(() => renameSync(directory, away));
  insist(() => rmSync(away, { recursive: true, force: true }));
}

/** On Windows a directory stays where it is as long as somebody has a file in it open, if only for one write. */
function insist(step: () => void): void {
  const deadline = performance.now() + REMOVAL_MS;
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  }
}

async function becomesTrue(patienceMs: number, fact: () => boolean): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (fact()) return true;
    await pause(LOOK_MS);
  }
  return fact();
}

/** The end of a pipe that every member inherits. */
class PipeEnd {
  ended = false;

  constructor(pipe: Readable) {
    pipe.once('close', () => (this.ended = true)).on('error', () => undefined).resume();
  }
}
