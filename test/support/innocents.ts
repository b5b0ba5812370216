// Processes that recovery must not touch, each for a reason of its own; each beats until its test is over.

import { chmodSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Cast, Escape } from './cast.js';
import { eventually } from './eventually.js';
import { ownCgroup } from './mechanisms.js';
import type { Scene } from './scene.js';

export interface Innocent {
  readonly cast: Cast;
  /** As in a record: pid and start time. */
  readonly identity: string;
  readonly pid: number;
}

interface Making {
  /** HOLDFAST_TREE, as if it had travelled. */
  readonly mark?: string;
  readonly escape?: Omit<Escape, 'root'>;
  /** A program that runs the escapee in surroundings of its own. */
  readonly through?: readonly string[];
}

const DAEMON: Escape = { technique: 'double-fork' };

function environmentWith(mark: string | undefined): NodeJS.ProcessEnv {
  return mark === undefined ? process.env : { ...process.env, HOLDFAST_TREE: mark };
}

/** One whose parents are gone, as those of a daemon are. */
export async function orphan(scene: Scene, { mark, escape = DAEMON, through = [] }: Making = {}): Promise<Innocent> {
  const cast = scene.control({ ...escape, root: 'exit' });
  shareHeartbeat(cast);
  const parent = scene.startHolding(cast, [...through, ...cast.argv], { env: environmentWith(mark) });
  await cast.ready();
  await parent.ended();
  return innocentIn(cast);
}

/** A program that a shell has started in the background, before it ended. */
export async function leftByShell(scene: Scene, mark: string, program: string): Promise<Innocent> {
  const cast = scene.control({ technique: 'nothing' });
  const words = ['sh', '-c', `(${program} &)`, 'sh', ...cast.argv];
  const shell = scene.startHolding(cast, words, { env: environmentWith(mark) });
  await cast.ready();
  await shell.ended();
  return innocentIn(cast);
}

/** One whose parent is the test. */
export async function child(scene: Scene, { mark, through = [] }: Making = {}): Promise<Innocent> {
  const cast = scene.control({ technique: 'nothing' });
  scene.startHolding(cast, [...through, ...cast.argv], { env: environmentWith(mark) });
  await cast.ready();
  return innocentIn(cast);
}

/** Other users beat, too. */
function shareHeartbeat({ argv }: Cast): void {
  chmodSync(argv[1] ?? '', 0o666);
}

function innocentIn(cast: Cast): Innocent {
  const [first] = cast.living();
  if (first === undefined) throw new Error('the innocent does not live');
  return { cast, pid: first.pid, identity: `${first.pid} ${first.startTime}` };
}

/** A cgroup beside the tests', as a service has; removed when nobody is in it any more. */
export class Service {
  readonly path: string;

  constructor(name: string) {
    this.path = join(ownCgroup() ?? '', name);
    mkdirSync(this.path);
  }

  get procs(): string {
    return join(this.path, 'cgroup.procs');
  }

  async remove(): Promise<void> {
    await eventually('the service is over', () => !readFileSync(join(this.path, 'cgroup.events'), 'latin1').includes('populated 1'));
    rmdirSync(this.path);
  }
}
