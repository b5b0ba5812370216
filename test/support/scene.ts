// What one test starts, so that it can be ended again: by identity, also when the test failed.

import { execFileSync, spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Duplex } from 'node:stream';

import { Cast, type Escape } from './cast.js';
import { complainUnless } from './complaints.js';
import { eventually, within } from './eventually.js';
import { fixture } from './fixtures.js';
import { allPids, commandLine, identityOf, isAlive, processLine, processesNaming, type ProcessIdentity } from './proc.js';
import { GUARD } from './project.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A control, with the process that stands where the owner stands in the contained attempt. */
export interface Uncontained {
  readonly started: Started;
  readonly owner: ProcessIdentity;
  killOwner(): Promise<void>;
}

/** A process that a test has started with plain child_process.spawn. */
export class Started {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
  readonly #ended: Promise<Ended>;
  #output = '';
  #errors = '';

  constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new Error(`could not start ${child.spawnfile}`);
    this.child = child;
    this.identity = identityOf(child.pid);
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
    });
    child.stdout?.on('data', (text: Buffer) => (this.#output += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()));
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  async ended(): Promise<Ended> {
    return within(`${this.child.spawnargs.join(' ')} ends`, this.#ended);
  }

  kill(signal: NodeJS.Signals): void {
    if (!isAlive(this.identity)) throw new Error(`${this.child.spawnfile} has ended already`);
    this.child.kill(signal);
  }
}

export class Scene {
  readonly directory: string;
  readonly #started: Started[] = [];
  readonly #controls: Cast[] = [];
  readonly #casts: Cast[] = [];

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'holdfast-scene-'));
    chmodSync(this.directory, 0o755);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  cast(escape: Escape): Cast {
    const cast = Cast.of(escape, this.path(`heartbeat-${this.#casts.length}`));
    this.#casts.push(cast);
    return cast;
  }

  /** The same attempt for the uncontained control, which must survive. */
  control(escape: Escape): Cast {
    const cast = this.cast(escape);
    this.#controls.push(cast);
    return cast;
  }

  start(argv: readonly string[], options: SpawnOptions = {}): Started {
    const [file = '', ...args] = argv;
    const started = new Started(spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
    this.#started.push(started);
    return started;
  }

  /** Starts a program that will start the cast, which inherits the lifeline as descriptor 3. */
  startHolding(cast: Cast, argv: readonly string[], options: SpawnOptions = {}): Started {
    const started = this.start(argv, { ...options, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    cast.holdLifeline(started.child.stdio[3] as Duplex);
    return started;
  }

  /**
   * Starts an uncontained control below a parent that adopts and reaps. What is left without it
   * lives on; the owner is the process at the top.
   */
  async startUncontained(cast: Cast, argv: readonly string[]): Promise<Uncontained> {
    const foster = this.startHolding(cast, [fixture('foster'), ...argv]);
    const first = await eventually('the control has an owner', () => /^(\d+):(\d+)\n/.exec(foster.output) ?? undefined);
    const owner = { pid: Number(first[1]), startTime: first[2] ?? '' };
    return { started: foster, owner, killOwner: () => endProcesses(() => [owner].filter(isAlive)) };
  }

  /** Ends what was meant to survive; whatever else is left then has been left behind. */
  async end(): Promise<void> {
    for (const control of this.#controls) control.declareOver();
    await endProcesses(() => this.#controls.flatMap((cast) => cast.living()));
    const left = (): ProcessIdentity[] => this.#everything();
    try {
      await eventually('the test has left no process behind', () => left().length === 0);
    } catch (error) {
      const names = processesNaming(this.directory).map((line) => JSON.stringify(line));
      throw new Error(`${String(error)}: ${names.join(' ')}`, { cause: error });
    } finally {
      await this.abandon();
    }
  }

  /** Ends everything at once. */
  async abandon(): Promise<void> {
    for (const cast of this.#casts) cast.declareOver();
    await endProcesses(() => this.#casts.flatMap((cast) => cast.living()));
    await endProcesses(() => this.#everything());
    for (const { child } of this.#started) for (const stream of child.stdio) stream?.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #everything(): ProcessIdentity[] {
    const started = this.#started.map(({ identity }) => identity).filter(isAlive);
    const members = this.#casts.flatMap((cast) => cast.living());
    return [...started, ...members, ...processesNaming(this.directory).filter(isAlive)];
  }
}

/** Kills until the list is empty. Each kill is checked against the start time: end-process.c. */
export async function endProcesses(list: () => readonly ProcessIdentity[]): Promise<void> {
  await eventually('the processes of the test are ended', () => {
    const living = list();
    if (living.length === 0) return true;
    spawnSync(
      fixture('end-process'),
      living.map(({ pid, startTime }) => `${pid}:${startTime}`),
    );
    return false;
  });
}

/** Trees that lose all at once who could end them. */
export interface Together {
  readonly guards: readonly ProcessIdentity[];
  readonly owners: readonly ProcessIdentity[];
}

/** The same in one instant: no guard lives to see its owner die, no owner to see its guard die. */
export async function endTogether({ guards, owners }: Together): Promise<void> {
  await eventually('no earlier clean-up is at work, which would end what is left', () => !allPids().some(cleansUp));
  const below = (owner: ProcessIdentity) => guards.filter(({ pid }) => processLine(pid)?.ppid === owner.pid);
  const families = owners.flatMap((owner) => [...below(owner), owner]); // each right after those whose end it sees
  const processes = [...guards.filter((guard) => !families.includes(guard)), ...families];
  const names = processes.map(({ pid, startTime }) => `${pid}:${startTime}`);
  execFileSync(fixture('end-process'), ['--together', ...names], { stdio: ['ignore', 'ignore', 'pipe'] });
  await eventually('the processes are dead', () => !processes.some(isAlive));
}

function cleansUp(pid: number): boolean {
  const [program = '', mode] = commandLine(pid);
  return mode === 'cleanup' && basename(program) === basename(GUARD);
}

/** A scene for each test of the enclosing group. */
export function useScene(): () => Scene {
  let scene: Scene | undefined;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(async function () {
    const over = scene;
    scene = undefined;
    if (this.currentTest?.state === 'failed') await over?.abandon();
    else await complainUnless(this.currentTest?.fullTitle(), async () => over?.end());
  });
  return () => {
    if (scene === undefined) throw new Error('a scene exists only during a test');
    return scene;
  };
}
