// One run of a program below or around a wrapper: all of its processes carry a mark in their environment, the name of
// the diary in which the program writes down what happened to it. Found and ended by that mark and their start time.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';

import type { SpawnOptions } from 'node:child_process';

import { eventually } from '../../support/eventually.js';
import { guards } from '../../support/leaks.js';
import { allPids, commandLine, identityOf, isAlive, readProcFile } from '../../support/proc.js';
import { endProcesses, type Scene, type Started } from '../../support/scene.js';

import type { ProcessIdentity } from '../../support/proc.js';

const MARK = 'WRAPPED_DIARY';
/** How long after its end a wrapper may leave something behind. */
const GONE_MS = Number(env['HOLDFAST_WRAPPERS_GONE_MS'] ?? 3000);
/** What a wrapper starts in order to signal others. */
const SIGNALLER = /^(?:ps |\S*sh -c kill )/;

export type End = 'saved' | 'forced' | 'ended' | 'lives';

/** What the program saw: its signals in alphabetical order, for they may cross on their way. */
export interface Story {
  readonly signals: readonly string[];
  readonly end: End;
}

export class Attempt {
  readonly #scene: Scene;
  readonly #diary: string;
  readonly #home: string;
  readonly directory: string;

  constructor(scene: Scene, directory: string, name: string) {
    this.#scene = scene;
    this.directory = directory;
    this.#home = scene.path(`home-${name}`);
    this.#diary = scene.path(`diary-${name}`);
    appendFileSync(this.#diary, '');
    mkdirSync(this.#home);
  }

  /** Nothing is read or written below the home of the user, and nobody asks for the newest version. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...env,
      [MARK]: this.#diary,
      HOME: this.#home,
      TMPDIR: this.#home, // yarn leaves a directory there
      PM2_HOME: join(this.#home, 'pm2'),
      PM2_DISCRETE_MODE: 'true',
      PATH: `${join(this.directory, 'node_modules', '.bin')}:${env['PATH'] ?? ''}`,
      npm_config_update_notifier: 'false',
      npm_config_logs_max: '0',
    };
  }

  start(argv: readonly string[], options: SpawnOptions = {}): Started {
    return this.#scene.start(argv, { cwd: this.directory, env: this.env, ...options });
  }

  notes(): string[] {
    return readFileSync(this.#diary, 'utf8').split('\n').slice(0, -1);
  }

  /** Waits until the program has started for the nth time; the wrapper has to live until then. */
  async isUp(wrapper?: Started, times = 1): Promise<void> {
    await eventually('the program is up', () => {
      if (this.#lives().length >= times) return true;
      if (wrapper === undefined || isAlive(wrapper.identity)) return false;
      throw new Error(`the wrapper ended before the program was up: ${wrapper.errors}${wrapper.output}`);
    });
  }

  /** Waits until the program that was started first has ended, whichever way. */
  async firstLifeIsOver(): Promise<void> {
    await eventually('the program that was started first has ended', () => {
      const first = this.#lives()[0];
      return first !== undefined && !isAlive(first);
    });
  }

  /** The processes of this run that are alive. */
  processes(): ProcessIdentity[] {
    const mark = `${MARK}=${this.#diary}\0`;
    const pids = allPids().filter((pid) => readProcFile(`/proc/${pid}/environ`)?.includes(mark));
    return pids.flatMap(identityIfAlive);
  }

  named(program: string): ProcessIdentity[] {
    return this.processes().filter(({ pid }) => commandLine(pid)[0] === program);
  }

  /** Waits until nothing is left, and no longer than a moment. */
  async isGone(): Promise<void> {
    // A guard shows its environment to root alone.
    const left = (): number[] => [...new Set([...this.processes(), ...guards()].map(({ pid }) => pid))];
    await eventually('nothing is left', () => left().length === 0, GONE_MS).catch((error: unknown) => {
      const names = left().map((pid) => `${pid} ${commandLine(pid).join(' ').trimEnd()}`);
      throw new Error(`left behind ${GONE_MS} ms after the end: ${names.join('; ')}`, { cause: error });
    });
  }

  /** What the program has seen once nobody is left who could send it a signal. */
  async story(): Promise<Story> {
    const app = this.#lives().at(-1);
    await eventually('nobody is about to signal', () => !this.processes().some(isSignaller));
    const questions = this.#count(/^asked$/);
    if (app !== undefined && isAlive(app)) process.kill(app.pid, 'SIGWINCH'); // comes after all that was sent before
    const answered = (): boolean => this.#count(/^asked$/) > questions;
    const isSettled = (): boolean => app === undefined || !isAlive(app) || (this.signals().length === 0 && answered());
    await eventually('the program has ended, or was sent nothing', isSettled);
    return { signals: this.signals(), end: this.#end(app) };
  }

  signals(): string[] {
    return this.notes()
      .flatMap((note) => /^got (.*)$/.exec(note)?.[1] ?? [])
      .sort();
  }

  async end(): Promise<void> {
    await endProcesses(() => this.processes());
  }

  #end(app: ProcessIdentity | undefined): End {
    if (this.#count(/^forced$/) > 0) return 'forced';
    if (this.#count(/^saved$/) > 0) return 'saved';
    return app !== undefined && isAlive(app) ? 'lives' : 'ended';
  }

  /** Whom the program has been so far. A start that is over has no start time any more. */
  #lives(): ProcessIdentity[] {
    const pids = this.notes().flatMap((note) => /^up (\d+)$/.exec(note)?.[1] ?? []);
    const living = this.processes();
    return pids.map((pid) => living.find((one) => one.pid === Number(pid)) ?? { pid: Number(pid), startTime: '' });
  }

  #count(pattern: RegExp): number {
    return this.notes().filter((note) => pattern.test(note)).length;
  }
}

function identityIfAlive(pid: number): ProcessIdentity[] {
  try {
    const identity = identityOf(pid);
    return isAlive(identity) ? [identity] : [];
  } catch {
    return []; // gone meanwhile
  }
}

function isSignaller({ pid }: ProcessIdentity): boolean {
  return SIGNALLER.test(commandLine(pid).join(' '));
}
