// What the addon offers, as TypeScript sees it. The implementation is native/addon.
// System errors are thrown as Node throws them: code, errno (negative), syscall.

import type { Identity, Member, Usage } from '../types.js';

/** What a tree is launched with. */
export interface NativeLaunch {
  /** Absolute. */
  readonly guardPath: string;
  /** HOLDFAST_HOME for a guard, whose environment is otherwise empty. */
  readonly home?: string;
  /** The payload of docs/protocol.md. */
  readonly request: Uint8Array;
  /** Sent along in this order; the caller closes its own. */
  readonly descriptors: readonly number[];
  /** Lines for `holdfast-guard recover`, beside the facts that the guard has told. */
  readonly recovery: readonly string[];
  /** How long the launch may take. */
  readonly deadlineMs: number;
}

/** The owner's end of the conversation with whoever holds one tree: its guard, or on Windows this process. */
export interface TreeLink {
  /** The lines up to and including `started`, `failed` or `refused`. */
  readonly facts: readonly string[];
  /** Later lines, several in one call. */
  onFacts: ((lines: readonly string[]) => void) | undefined;
  /** The other end is gone. */
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
  /** SIGKILL to a guard that does not answer: its tree is recovered, and the end of that told as ever. */
  endGuard?(): void;
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

/** What the kernel enforces on a job: what is not named is not limited. */
export interface JobLimits {
  /** Bytes of committed memory, of all members together; an allocation beyond fails (`JOB_OBJECT_LIMIT_JOB_MEMORY`). */
  readonly memory?: number | undefined;
  /** Active members. Who would be one more does not come to life (`JOB_OBJECT_LIMIT_ACTIVE_PROCESS`). */
  readonly processes?: number | undefined;
  /** Cores, a fraction too: a hard cap (`JOBOBJECT_CPU_RATE_CONTROL_INFORMATION`). */
  readonly cpu?: number | undefined;
}

/** What a job accounts for (`JOBOBJECT_BASIC_ACCOUNTING_INFORMATION`). The memory is that of the members alive. */
export interface JobUsage extends Usage {
  /** Whoever is or has been a member. */
  readonly totalProcesses: number;
}

/**
 * A Windows Job Object: unnamed, its handle never inherited, without breakaway (`JOB_OBJECT_LIMIT_BREAKAWAY_OK` is not
 * set). Its members die with its last handle, which is this one (`JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE`). An exception
 * that nobody handles ends a member without a dialog (`JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION`).
 * https://learn.microsoft.com/windows/win32/procthread/job-objects
 *
 * Each function throws what Windows refuses as Node throws system errors (`code`, `errno`, `syscall`), and EBADF after
 * close().
 */
export interface Job {
  /**
   * Puts exactly this process into the job; what it starts from then on is a member, too, and what it has started is
   * not. Who is in a job already stays in that one as well: jobs nest.
   * Throws ESRCH when there is no such process (any more), EPERM when it may not be assigned.
   */
  assign(pid: number, startTime: bigint): void;
  /** Replaces the limits. Throws a TypeError for what is no limit (`ERR_HOLDFAST_INVALID_OPTION`). */
  limit(limits: JobLimits): void;
  /** Those alive, each verified to be a member (`IsProcessInJob`). */
  members(): Member[];
  usage(): JobUsage;
  /**
   * Ends every member at once (`TerminateJobObject`); their ends follow, and `usage().processes` is 0 then.
   * @param exitCode of each, from 0 to 2^32 - 1. Default: 1
   */
  terminate(exitCode?: number): void;
  /** From here on neither close() nor the death of this process ends anybody. */
  release(): void;
  /** Ends every member, as the death of this process does. Idempotent. */
  close(): void;
}

/** What a clean-up goes by. */
export interface CleanupTerms {
  readonly dryRun: boolean;
  readonly minAgeMs: number;
}

/**
 * The records of this user in HOLDFAST_HOME or, where that is empty, in their usual place. Each works on another thread
 * and resolves with lines of text.
 */
export interface Records {
  /**
   * What they say: for each a line `record STATE locked|unlocked PATH REASON`, its own lines (docs/protocol.md) as far
   * as it can be read, and for each process it names that lives
   * `process PID START PPID STATE NAME CPU_US MEMORY_BYTES AGE_MS`.
   */
  read(home: string): Promise<string[]>;
  /** Continues the guard of a tree if it has been stopped: `guard PID START`, or nothing. */
  continueGuard(home: string, id: string): Promise<string[]>;
  /**
   * Ends a tree whose guard is dead or does not answer, and that guard: `survivor` and `empty`. Nothing when there is
   * no such tree, or when another process holds its record than the guard it names.
   */
  endTree(home: string, id: string): Promise<string[]>;
  /** Finds and ends what crashes have left behind. Lines of docs/protocol.md, "Cleanup". */
  cleanup(home: string, terms: CleanupTerms): Promise<string[]>;
  /** Looks for abandoned trees on another thread, once in a process, and has them ended; not those around `mark`. */
  recoverOthers(home: string, guardPath: string, mark: string): void;
  /** Every test of one process, in such lines. */
  explain(home: string, pid: number): Promise<string[]>;
}

export interface OfferedMechanisms {
  readonly all: readonly string[];
  /** Strongest first. */
  readonly auto: readonly string[];
  readonly strict: readonly string[];
}

export interface Binding {
  launchTree(launch: NativeLaunch): TreeLink;
  /** What this system offers, by the words of `Mechanism`. */
  offeredMechanisms(): OfferedMechanisms;
  /**
   * Replaces this process by another program. `env` is for Windows: elsewhere the environment of this process stays, as
   * words do that are not UTF-8 and therefore bytes. Returns only by throwing.
   */
  execve(file: string, args: readonly (string | Uint8Array)[], env?: readonly string[]): never;
  /** Ends this process, whatever its threads are doing. */
  exitAtOnce(code: number): never;
  /** The same after a time, from a thread of its own; `words` go to standard error. The last call counts. */
  exitAfter(ms: number | undefined, code: number, words: string): void;
  /**
   * A connected pair of ends as libuv makes for stdio `pipe`, the second one for the root: close-on-exec stream
   * sockets, or on Windows a named pipe, whose second end can be `overlapped`.
   */
  stdioPair(kind: 'plain' | 'overlapped'): [number, number];
  /** Closes an end that no stream has opened. In a Worker node:fs would warn of it: it was not opened by node:fs. */
  closeEnd(fd: number): void;
  /** Windows only: a new descriptor for the pipe or the console under a stream's `_handle`. ENOTSUP for every other. */
  readonly streamDescriptor?: (wrap: object) => number;
  /** Windows only: who has the other end of an ipc pipe that a stream of this environment has opened. */
  readonly setPipePeer?: (fd: number, pid: number) => void;
  processTable(): ProcessEntry[];
  identityOf(pid: number): Identity | undefined;
  readonly records: Records;
  /** Windows only. */
  readonly createJob?: () => Job;
  /** Not on Windows. */
  readonly processGroup?: ProcessGroup;
  /** Linux only. */
  readonly prctl?: Omit<Prctl, 'setChildSubreaper'>;
  /** Waits for the lock. */
  lock(path: string): FileLock;
  /** Returns undefined when somebody else holds the lock. */
  tryLock(path: string): FileLock | undefined;
}
