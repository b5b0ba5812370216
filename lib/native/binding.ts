// What the addon offers, as TypeScript sees it. The implementation is native/addon.
// System errors are thrown as Node throws them: code, errno (negative), syscall.

import type { Identity } from '../types.js';

/** What a guard is started with. */
export interface GuardStart {
  /** Absolute. */
  readonly guardPath: string;
  /** HOLDFAST_HOME for the guard, whose environment is otherwise empty. */
  readonly home?: string;
  /** The payload of docs/protocol.md. */
  readonly request: Uint8Array;
  /** Sent along in this order; the caller closes its own. */
  readonly descriptors: readonly number[];
  /** Lines for `holdfast-guard recover`, beside the facts that the guard has told. */
  readonly recovery: readonly string[];
  /** How long the guard may take to answer. */
  readonly deadlineMs: number;
}

/** The owner's end of the conversation with one guard. */
export interface GuardLink {
  /** The lines up to and including `started`, `failed` or `refused`. */
  readonly facts: readonly string[];
  /** Later lines, several in one call. */
  onFacts: ((lines: readonly string[]) => void) | undefined;
  /** The guard's end of the socket is gone. */
  onEnd: (() => void) | undefined;
  /** Queues one line, without blocking. Returns 0 or a negative errno. */
  send(line: string): number;
  /**
   * Waits for lines that have not been delivered yet and returns them, at least one; none when the time is over or
   * the socket has ended. Lines returned here do not come again through `onFacts`.
   */
  receive(timeoutMs: number): readonly string[];
  /** Signals the root. Returns 0 or a negative errno. */
  signalRoot(signo: number): number;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  /** Idempotent. */
  close(): void;
}

/** One line of the process table. */
export interface ProcessEntry extends Identity {
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  readonly state: string;
  /** Chosen by the process itself: escape it before printing. */
  readonly name: string;
  readonly uid: number;
}

/** Process groups, signalled only by a leader whose identity was checked. */
export interface ProcessGroup {
  /** The group of a process; 0 means the caller. */
  get(pid: number): number;
  /** Puts a child of the caller into a group. */
  set(pid: number, pgid: number): void;
  /** Signals the group led by exactly this process. */
  signal(leaderPid: number, startTime: bigint, signo: number): void;
}

/** prctl(2) for the calling process or thread. A subreaper is refused inside Node, with the reason. */
export interface Prctl {
  getParentDeathSignal(): number;
  setParentDeathSignal(signo: number): void;
  getDumpable(): number;
  setDumpable(dumpable: number): void;
  getNoNewPrivs(): boolean;
  setNoNewPrivs(): void;
  getName(): string;
  setName(name: string): void;
  setChildSubreaper(): never;
}

/** A lock that the kernel drops when its holder dies. */
export interface FileLock {
  /** Idempotent. */
  release(): void;
}

export interface Binding {
  startGuard(start: GuardStart): GuardLink;
  /** Replaces this process by another program. Returns only by throwing. */
  execve(file: string, args: readonly string[], env: readonly string[]): never;
  /** A connected pair of close-on-exec stream sockets, as libuv makes for stdio `pipe`. */
  socketPair(): [number, number];
  processTable(): ProcessEntry[];
  readonly processGroup: ProcessGroup;
  readonly prctl: Omit<Prctl, 'setChildSubreaper'>;
  /** Waits for the lock. */
  lock(path: string): FileLock;
  /** Returns undefined when somebody else holds the lock. */
  tryLock(path: string): FileLock | undefined;
}
