// Starts test/fixtures/owner.ts: a Node process that owns a cast, contained or not.

import { expect } from 'chai';

import type { OwnerEnd, OwnerPlan } from '../fixtures/owner.js';
import type { Cast } from './cast.js';
import { eventually } from './eventually.js';
import { nodeFixture } from './project.js';
import { isAlive, type ProcessIdentity } from './proc.js';
import { endProcesses, type Ended, type Scene, type Started, type Uncontained } from './scene.js';

export class Owner {
  readonly identity: ProcessIdentity;
  readonly #started: Started;

  constructor(started: Started, identity: ProcessIdentity) {
    this.#started = started;
    this.identity = identity;
  }

  /** Asks for an end, or does to it what a process cannot do to itself. */
  async come(to: OwnerEnd | 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP'): Promise<void> {
    if (to === 'SIGKILL') return endProcesses(() => [this.identity].filter(isAlive));
    if (to === 'SIGTERM' || to === 'SIGINT' || to === 'SIGSTOP') {
      expect(isAlive(this.identity), 'the owner lives').to.equal(true);
      process.kill(this.identity.pid, to);
    } else {
      this.#started.child.stdin?.write(`${to}\n`);
    }
  }

  async says(pattern: RegExp): Promise<void> {
    await eventually(`the owner says ${String(pattern)}, not ${this.#started.errors}`, () =>
      pattern.test(this.#started.output),
    );
  }

  async ended(): Promise<Ended> {
    return this.#started.ended();
  }
}

type Plan = Omit<OwnerPlan, 'contained' | 'argv'> & {
  /** A program that runs Node in surroundings of its own. */
  readonly through?: readonly string[];
};

function argvFor(cast: Cast, contained: boolean, { through = [], ...plan }: Plan): string[] {
  return [...through, process.execPath, nodeFixture('owner'), JSON.stringify({ ...plan, contained, argv: cast.argv })];
}

/** An owner whose cast is contained; fails when another mechanism holds it than was asked for. */
export async function startOwner(scene: Scene, cast: Cast, plan: Plan): Promise<Owner> {
  const started = scene.startHolding(cast, argvFor(cast, true, plan));
  const owner = new Owner(started, started.identity);
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
  return new Owner(uncontained.started, uncontained.owner);
}
