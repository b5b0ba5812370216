// spawnContained() and forkContained(): child_process.spawn() and fork() with `options.containment` and `child.tree`.

import type {
  ChildProcess,
  ChildProcessByStdio,
  ChildProcessWithoutNullStreams,
  ForkOptions,
  SpawnOptions,
  SpawnOptionsWithStdioTuple,
  SpawnOptionsWithoutStdio,
  StdioNull,
  StdioPipe,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import { isOptions, termsFrom } from '../options.js';
import { containWithin, seamFits } from './seam/child-process-seam.js';
import type { Contained, ChildTerms, WithContainment } from './contained-child.js';
import { fork, spawn } from './node-spawns.js';
import { forkPortably, spawnPortably } from './portable/portable-spawn.js';

type StreamFor<Given, Stream> = Given extends StdioPipe ? Stream : null;
type Entry = StdioNull | StdioPipe;
type ByStdio<In extends Entry, Out extends Entry, Err extends Entry> = Contained<
  ChildProcessByStdio<StreamFor<In, Writable>, StreamFor<Out, Readable>, StreamFor<Err, Readable>>
>;

/** The signatures of child_process.spawn(). */
export interface SpawnContained {
  (command: string, options?: SpawnOptionsWithoutStdio & WithContainment): Contained<ChildProcessWithoutNullStreams>;
  <In extends Entry, Out extends Entry, Err extends Entry>(
    command: string,
    options: SpawnOptionsWithStdioTuple<In, Out, Err> & WithContainment,
  ): ByStdio<In, Out, Err>;
  (command: string, options: SpawnOptions & WithContainment): Contained<ChildProcess>;
  (
    command: string,
    args?: readonly string[],
    options?: SpawnOptionsWithoutStdio & WithContainment,
  ): Contained<ChildProcessWithoutNullStreams>;
  <In extends Entry, Out extends Entry, Err extends Entry>(
    command: string,
    args: readonly string[],
    options: SpawnOptionsWithStdioTuple<In, Out, Err> & WithContainment,
  ): ByStdio<In, Out, Err>;
  (command: string, args: readonly string[], options: SpawnOptions & WithContainment): Contained<ChildProcess>;
}

/** The signatures of child_process.fork(). */
export interface ForkContained {
  (modulePath: string | URL, options?: ForkOptions & WithContainment): Contained<ChildProcess>;
  (
    modulePath: string | URL,
    args?: readonly string[],
    options?: ForkOptions & WithContainment,
  ): Contained<ChildProcess>;
}

/**
 * Spawns a program as child_process.spawn() does, contained: nothing that it ever starts outlives its owner, its
 * timeout or the end of `child.tree`.
 *
 * @throws ContainmentError when it cannot be contained as asked; nothing has been started then
 */
export const spawnContained = ((...args: unknown[]) => {
  const childTerms = containmentIn(args);
  if (!seamFits()) return spawnPortably(args, childTerms);
  return containWithin(childTerms, () => Reflect.apply(spawn, undefined, args) as ChildProcess);
}) as SpawnContained;

/** Starts a Node module as child_process.fork() does, contained. */
export const forkContained = ((...args: unknown[]) => {
  const childTerms = containmentIn(args);
  if (!seamFits()) return forkPortably(args, childTerms);
  return containWithin(childTerms, () => Reflect.apply(fork, undefined, args) as ChildProcess);
}) as ForkContained;

/** The options are the last argument, as for the functions of child_process. */
function containmentIn(args: readonly unknown[]): ChildTerms {
  const options = args.slice(1).find(isOptions);
  return { terms: termsFrom((options as WithContainment | undefined)?.containment), timeout: undefined };
}
