// A program that writes down which signals it gets, when, and in which order: test/fixtures/signal-log.c. It takes a
// witness to say that a signal came once: whatever came before a later signal was sent before it.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';

import { eventually } from './eventually.js';
import { fixture } from './fixtures.js';
import { allPids, commandLine, identityOf, isAlive, type ProcessIdentity } from './proc.js';
import type { Scene } from './scene.js';

/** Two of the real-time signals, which have no names in Node. */
export const REAL_TIME = 35;
export const MARKER = 36;

export type Signal = NodeJS.Signals | typeof REAL_TIME | typeof MARKER;
export type How = 'catch' | 'block' | 'default' | 'ignore' | 'clean' | 'forward' | 'as-root';

/** The code with which it ends by itself. */
export const LEFT = 7;

export class SignalLog {
  readonly path: string;
  readonly argv: readonly string[];

  constructor(scene: Scene, name: string, how: How, command: readonly string[] = []) {
    this.path = scene.path(`signals-of-${name}`);
    this.argv = [fixture('signal-log'), this.path, how, ...command];
  }

  async up(): Promise<void> {
    await eventually(`${this.argv.join(' ')} is up`, () => this.#lines('up').length > 0);
  }

  /**
   * The signals so far, in the order in which they came. Whoever asks a tree to end lets it go on as well, so that
   * SIGCONT after SIGTERM says nothing.
   */
  seen(): readonly Signal[] {
    const all = this.#lines('\\d+').map(([number]) => nameOf(Number(number)));
    const asked = all.indexOf('SIGTERM');
    return all.filter((signal, index) => signal !== 'SIGCONT' || asked < 0 || index < asked);
  }

  /** Whether it has ended by itself: `left` when it was told to, `clean` after SIGTERM. */
  has(end: 'left' | 'clean'): boolean {
    return this.#lines(end).length > 0;
  }

  /** When a signal came first, in milliseconds of the one clock of all. */
  timeOf(signal: NodeJS.Signals): number {
    const line = this.#lines(String(numberOf(signal)))[0];
    if (line === undefined) throw new Error(`${this.path} has not seen ${signal}`);
    return Number(line[1]);
  }

  /** Has seen these and nothing else, in this order. */
  async sees(...signals: readonly Signal[]): Promise<void> {
    const wanted = signals.join(' ');
    const text = (): string => this.seen().join(' ');
    try {
      await eventually(`${this.path} has seen ${wanted}`, () => text() === wanted || this.seen().length > signals.length);
    } catch (error) {
      throw new Error(`${String(error)}, but: ${text()}`, { cause: error });
    }
    if (text() !== wanted) throw new Error(`${this.path} was to see ${wanted}, but has seen ${text()}`);
  }

  /** Who it is, once it is up. */
  identity(): ProcessIdentity {
    const pid = allPids().find((one) => this.#is(one));
    if (pid === undefined) throw new Error(`${this.path} has no process any more`);
    return identityOf(pid);
  }

  isAlive(): boolean {
    return allPids().some((pid) => this.#is(pid) && isAlive(identityOf(pid)));
  }

  /** Lets it end by itself. */
  letLeave(): void {
    writeFileSync(`${this.path}.leave`, '');
  }

  #is(pid: number): boolean {
    const [, path, how] = commandLine(pid);
    return path === this.path && how === this.argv[2];
  }

  #lines(first: string): readonly (readonly string[])[] {
    const pattern = new RegExp(`^${first} `);
    const lines = textOf(this.path).split('\n').slice(0, -1); // the last is not whole yet
    return lines.filter((line) => pattern.test(line)).map((line) => line.split(' '));
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // not up yet
  }
}

function nameOf(number: number): Signal {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? number) as Signal;
}

function numberOf(signal: Signal): number {
  return typeof signal === 'number' ? signal : constants.signals[signal];
}

/** Now, in milliseconds of the clock of SignalLog.timeOf(): CLOCK_MONOTONIC, as uv_hrtime() has it. */
export function clockMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** From one process to each of these, in this order. */
export function send(signal: Signal, ...to: readonly ProcessIdentity[]): void {
  const names = to.map(({ pid, startTime }) => `${pid}:${startTime}`);
  execFileSync(fixture('send-signal'), [String(numberOf(signal)), ...names], { stdio: 'pipe' });
}

/** To the process group that this process leads. */
export function sendToGroup(signal: Signal, { pid, startTime }: ProcessIdentity): void {
  const words = ['--group', String(numberOf(signal)), `${pid}:${startTime}`];
  execFileSync(fixture('send-signal'), words, { stdio: 'pipe' });
}
