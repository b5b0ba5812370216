// The words of cleanup(): what it may do, what it has found and done. Types only.

import type { Identity, Survivor } from '../types.js';

/** What a clean-up may do. */
export interface CleanupOptions {
  /**
   * Signals nothing and removes nothing; the report says what would be done.
   * @default false
   */
  readonly dryRun?: boolean | undefined;
  /**
   * How old something must be, in milliseconds, to be taken for more than a tree that is just being launched or just
   * ending: a guard that does not answer, a suspicious process, a stray cgroup. A crash needs no age: its record is
   * proof.
   * @default 60000
   */
  readonly minAge?: number | undefined;
}

/**
 * How sure it is that something is ours to end.
 *
 * - `A`: an abandoned tree, whose owner and guard are dead. It is ended.
 * - `B`: a tree whose owner is dead and whose guard is alive and does not answer. It is ended.
 * - `C`: something speaks for it and something is missing. It is reported and never signalled.
 * - `D`: never.
 */
export type CleanupTier = 'A' | 'B' | 'C' | 'D';

/**
 * What makes a process a member of an abandoned tree: it is in the tree's own cgroup, it is the recorded root, it
 * descends from a member, it carries the tree's mark and has been orphaned; or it is the guard that does not answer.
 */
export type Kinship = 'cgroup' | 'root' | 'descendant' | 'mark' | 'guard';

/** One record, and what has been done about its tree. */
export interface CleanedTree {
  /** Absent when the record does not tell. */
  readonly id?: string;
  readonly label?: string;
  /** The path of the record. */
  readonly record: string;
  readonly state: 'live' | 'abandoned' | 'released' | 'foreign' | 'corrupt';
  readonly tier: CleanupTier;
  /** `left`: some members survive. */
  readonly action: 'none' | 'ended' | 'left' | 'would-end';
  /** In words. */
  readonly reason: string;
  /** Those that were found, or would be ended. */
  readonly members: readonly (Identity & { readonly name: string; readonly kinship: Kinship })[];
  readonly killed: number;
  readonly survivors: readonly Survivor[];
}

/** A process that carries a mark or stands in a record, and is left alone all the same. */
export interface Suspect extends Identity {
  readonly ppid: number;
  /** Chosen by the process itself: escape it before printing. */
  readonly name: string;
  /** The value of its HOLDFAST_TREE. */
  readonly mark: string;
  /** Which test it has not passed. */
  readonly doubt:
    | 'other-user'
    | 'other-pid-namespace'
    | 'other-cgroup'
    | 'older-than-guard'
    | 'not-orphaned'
    | 'unmarked-root'
    | 'no-record';
  /** The same in words. */
  readonly reason: string;
}

/** A file or cgroup that a dead guard has left and that is no tree's. */
export interface Litter {
  readonly path: string;
  readonly action: 'removed' | 'would-remove' | 'left';
}

/** What a clean-up has found and done. */
export interface CleanupReport {
  readonly trees: readonly CleanedTree[];
  readonly suspects: readonly Suspect[];
  readonly litter: readonly Litter[];
}
