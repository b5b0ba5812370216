// Runs a child and notes everything that a caller could see of it, so that two ways of spawning can be compared.

import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

import { within } from './eventually.js';

export type Spawn = (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
export type Act = (child: ChildProcess, seen: Seen) => unknown;

export interface Case {
  readonly title: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly options?: () => SpawnOptions;
  readonly act?: Act;
}

export interface Seen {
  readonly events: unknown[][];
  readonly acted: unknown[];
  output: string;
  errors: string;
  thrown?: unknown;
  end?: unknown;
}

/** Everything that a caller could see, but pids and stacks. */
export async function observe(run: Spawn, { file, args = [], options, act }: Case): Promise<Seen> {
  const seen: Seen = { events: [], acted: [], output: '', errors: '' };
  let child: ChildProcess;
  try {
    child = run(file, args, options?.() ?? {});
  } catch (error) {
    seen.thrown = shapeOf(error);
    return seen;
  }
  const started = child.pid !== undefined;
  for (const name of ['spawn', 'exit', 'close', 'error', 'disconnect'] as const) {
    child.on(name, (...values: unknown[]) => seen.events.push([name, ...values.map(shapeOf)]));
  }
  child.stdout?.on('data', (data: Buffer) => (seen.output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (seen.errors += data.toString()));
  act?.(child, seen);
  await within(`${file} closes`, once(child, 'close').catch(() => once(child, 'close')));
  const { exitCode, signalCode, killed, connected, spawnfile, spawnargs, stdio } = child;
  const streams = stdio.map((stream) => stream?.constructor.name ?? stream);
  const shown = spawnargs.map((word: unknown) => String(word).slice(0, 100));
  seen.end = { started, exitCode, signalCode, killed, connected, spawnfile, spawnargs: shown, streams };
  return seen;
}

function shapeOf(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, cause } = value;
  const known = Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'spawnargs' && key !== 'cause'));
  return { ...known, name, message: message.slice(0, 200), cause: shapeOf(cause) };
}
