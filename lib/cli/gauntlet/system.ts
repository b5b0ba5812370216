// What `holdfast doctor --gauntlet` has to know of a system; gauntlet-posix.ts and gauntlet-windows.ts know it.

import type { Identity } from '../../index.js';

export type End = 'owner killed' | 'owner and guard killed' | 'kill()' | 'root exits';

export interface Technique {
  readonly name: string;
  /** A program that it needs and that may be missing. */
  readonly needs?: string;
}

/** A program and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

export interface GauntletSystem {
  readonly ends: readonly End[];
  readonly techniques: readonly Technique[];
  /** How long the members may take to come up. */
  readonly readyMs: number;
  /** Every member that lives has beaten within this time. */
  readonly stillMs: number;
  /** What ends this process before it is done, and lets it clean up. */
  readonly interrupts: readonly NodeJS.Signals[];
  isInstalled(program: string): boolean;
  /** Writes into the directory of an attempt what its root will need for these techniques. */
  prepare(directory: string, techniques: readonly string[]): void;
  /**
   * The root of an attempt: starts every technique, and exits with code 7 when there is a file `exit`. It inherits a
   * pipe as descriptor 3, and so does whoever does not close it. Each member appends to a file `NAME.beats`.
   */
  root(directory: string): Command;
  /** The same below a process that stands where the owner stands. */
  ownedRoot(directory: string): Command;
  /** The techniques that have a live process, by its identity. */
  living(directory: string): readonly string[];
  /** The guard that holds the tree of an attempt, where a guard does. */
  guardOf(directory: string): Identity | undefined;
  /** Ends those without a tree around them who would not notice that their directory is gone. */
  sweep(directory: string): void;
  /** Ends this process as that signal does. */
  dieOf(signal: NodeJS.Signals): void;
}
