// Starts test/fixtures/owner.ts: a Node process that owns a cast, contained or not.

import { expect } from 'chai';

import type { EndReport } from '#lib/index.js';

import type { OwnerEnd, OwnerPlan } from '../fixtures/owner.js';
import type { Cast } from './cast.js';
import { eventually } from './eventually.js';
import { nodeFixture } from './project.js';
import { allPids, commandLine, identityOf, isAlive, processLine, type ProcessIdentity } from './proc.js';
import { endProcesses, type Ended, type Scene, type Started, type Uncontained } from './scene.js';

/** A Node program takes long to start where wine plays Windows and much else runs. */
const START_MS = 60_000;

export class Owner {
  readonly identity: ProcessIdentity;
  readonly #started: Started;
  readonly #guardProgram: string;

  constructor(started: Started, identity: ProcessIdentity, guardProgram: string) {
    this.#started = started;
    this.identity = identity;
    this.#guardProgram = guardProgram;
  }

  /** Asks for an end, or does to it what a process cannot do to itself. */
  async come(to: OwnerEnd | 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    if (to === 'SIGKILL') return endProcesses(() => [this.identity].filter(isAlive));
    if (to === 'SIGTERM' || to === 'SIGINT' || to === 'SIGSTOP' || to === 'SIGCONT') {
      expect(isAlive(this.identity), 'the owner lives').to.equal(true);
      process.kill(this.identity.pid, to);
      if (to === 'SIGSTOP') await eventually('the owner stands still', () => processLine(this.identity.pid)?.state === 'T');
    } else {
      this.#started.child.stdin?.write(`${to}\n`);
    }
  }

  async says(pattern: RegExp): Promise<void> {
    await eventually(`the owner says ${String(pattern)}, not ${this.#started.errors}`, () =>
      pattern.test(this.#started.output),
    );
  }

  /** How its tree ended, once it has. */
  async report(): Promise<EndReport> {
    await this.says(/^report \{.*\}$/m);
    return JSON.parse(/^report (.*)$/m.exec(this.#started.output)?.[1] ?? '') as EndReport;
  }

  /** What `tree.escapable` names. */
  get openRoutes(): readonly string[] {
    const line = /^open: (.*)$/m.exec(this.#started.output)?.[1] ?? '';
    return line.split(' ').filter((route) => route !== '');
  }

  /** The process between the owner and the root: the guard, or what stands in its place. */
  async guard(): Promise<ProcessIdentity> {
    const isGuard = (pid: number): boolean =>
      processLine(pid)?.ppid === this.identity.pid && commandLine(pid)[0]?.endsWith(this.#guardProgram) === true;
    try {
      return identityOf(await eventually(`${this.#guardProgram} is a child of the owner`, () => allPids().find(isGuard)));
    } catch (error) {
      const children = allPids().filter((pid) => processLine(pid)?.ppid === this.identity.pid);
      const shown = children.map((pid) => `${pid} ${processLine(pid)?.state ?? ''} ${commandLine(pid).join(' ')}`);
      throw new Error(`${String(error)}; its children: ${shown.join('; ')}`, { cause: error });
    }
  }

  async ended(): Promise<Ended> {
    return this.#started.ended();
  }
}

export type Plan = Omit<OwnerPlan, 'contained' | 'argv'> & {
  /** A program that runs Node in surroundings of its own. */
  readonly through?: readonly string[];
  /** Which Node the owner is. @default this one */
  readonly node?: string | undefined;
  /** For a control: a program that stands where the guard stands, and starts the root. */
  readonly standIn?: readonly string[];
};

function argvFor(cast: Cast, contained: boolean, plan: Plan): string[] {
  const { through = [], node = process.execPath, standIn = [], ...rest } = plan;
  const argv = [...(contained ? [] : standIn), ...cast.argv];
  return [...through, node, nodeFixture('owner'), JSON.stringify({ ...rest, contained, argv })];
}

/** The owner itself where it was started through a program that forks. */
async function ownerAmong(started: ProcessIdentity): Promise<ProcessIdentity> {
  const isOwner = (pid: number): boolean => commandLine(pid)[1] === nodeFixture('owner');
  const isBelow = (pid: number): boolean => {
    const parent = processLine(pid)?.ppid ?? 0;
    return parent === started.pid || (parent > 1 && isBelow(parent));
  };
  const runs = (): number | undefined =>
    isOwner(started.pid) ? started.pid : allPids().find((one) => isOwner(one) && isBelow(one));
  const pid = await eventually('the owner runs', runs, START_MS);
  return identityOf(pid);
}

/** An owner whose cast is contained; fails when another mechanism holds it than was asked for. */
export async function startOwner(scene: Scene, cast: Cast, plan: Plan): Promise<Owner> {
  const started = scene.startHolding(cast, argvFor(cast, true, plan));
  const owner = new Owner(started, await ownerAmong(started.identity), 'holdfast-guard');
  await owner.says(/^held by /m);
  const asked = plan.containment?.mechanism;
  if (asked !== undefined && asked !== 'auto') expect(started.output).to.match(new RegExp(`^held by ${asked}$`, 'm'));
  await cast.ready();
  return owner;
}

/** An owner whose launch fails; resolves with what it writes to stderr before it dies of that. */
export async function startRefusedOwner(scene: Scene, cast: Cast, plan: Plan): Promise<string> {
  const started = scene.startHolding(cast, argvFor(cast, true, plan));
  const ended = await started.ended();
  expect(ended.code, started.output).to.equal(1);
  return started.errors;
}

/** The control: the same program with plain child_process.spawn. */
export async function startPlainOwner(scene: Scene, control: Cast, plan: Plan = {}): Promise<Owner> {
  const uncontained: Uncontained = await scene.startUncontained(control, argvFor(control, false, plan));
  await control.ready();
  return new Owner(uncontained.started, await ownerAmong(uncontained.owner), plan.standIn?.[0] ?? '');
}
