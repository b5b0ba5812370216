// holdfast/native: single kernel features, typed and checked, for those who build containment of their own.

import { ContainmentError } from './errors.js';
import { binding } from './addon/load.js';
import type { FileLock, Job as JobHandle, JobLimits, JobUsage, Prctl, ProcessEntry, ProcessGroup } from './addon/binding.js';
import { withCheckedLimits } from './addon/job.js';
import type { Identity } from './types.js';

export { guardPath } from './addon/native-files.js';
export type { FileLock, Identity, JobLimits, JobUsage, Prctl, ProcessEntry, ProcessGroup };
/** A Windows Job Object: unnamed, without breakaway; its members die with its last handle. */
export type Job = JobHandle;

const LONGEST_MS = 2 ** 31 - 1;

export const Job = {
  /**
   * An empty job, which ends its members when it is closed or this process dies. Windows only: elsewhere it throws
   * `ERR_HOLDFAST_UNSUPPORTED_PLATFORM`. Throws what limit() throws.
   */
  create(limits?: JobLimits): Job {
    const job = withCheckedLimits(onThisSystem(binding().createJob, 'Job')());
    try {
      if (limits !== undefined) job.limit(limits);
      return job;
    } catch (error) {
      job.close();
      throw error;
    }
  },
} as const;

/** Process groups, signalled only by a leader whose identity was checked. */
export const processGroup: ProcessGroup = {
  get: (pid) => group().get(pid),
  set: (pid, pgid) => {
    group().set(pid, pgid);
  },
  signal: (leaderPid, startTime, signo) => {
    group().signal(leaderPid, startTime, signo);
  },
};

/** prctl(2). A subreaper is refused inside Node, with the reason. */
export const prctl: Prctl = {
  getParentDeathSignal: () => processControl().getParentDeathSignal(),
  setParentDeathSignal: (signo) => {
    processControl().setParentDeathSignal(signo);
  },
  getDumpable: () => processControl().getDumpable(),
  setDumpable: (dumpable) => {
    processControl().setDumpable(dumpable);
  },
  getNoNewPrivs: () => processControl().getNoNewPrivs(),
  setNoNewPrivs: () => {
    processControl().setNoNewPrivs();
  },
  getName: () => processControl().getName(),
  setName: (name) => {
    processControl().setName(name);
  },
  // libuv waits only for the children it started (src/unix/process.c, uv__wait_children).
  setChildSubreaper: () => {
    throw new ContainmentError(
      'ERR_HOLDFAST_NO_SUBREAPER_IN_NODE',
      'a subreaper has to wait for every orphan, and Node waits only for the children it started: the others would ' +
        'stay zombies for as long as it runs. The guard of spawnContained() is a subreaper that waits for all',
    );
  },
};

/** Every process that this one may see. */
export function processTable(): ProcessEntry[] {
  return binding().processTable();
}

/**
 * Who has this pid now, by which the process is known also when another gets the pid later. Undefined when there is no
 * such process, it is dead, or this one may not look at it. Field 22 of /proc/pid/stat; GetProcessTimes.
 */
export function identityOf(pid: number): Identity | undefined {
  return binding().identityOf(pid);
}

/** Waits for a lock that the kernel drops when its holder dies. */
export function lock(path: string): FileLock {
  return binding().lock(path);
}

/** The same without waiting; undefined when somebody else holds the lock. */
export function tryLock(path: string): FileLock | undefined {
  return binding().tryLock(path);
}

/**
 * Ends this process without exit(3), hence without waiting for the threads of libuv's pool: `process.exit()` never
 * returns while one of them is in a call to a file system that hangs. Handlers of `'exit'` do not run; what the kernel
 * does at the death of an owner happens. _exit(2).
 */
export function exitAtOnce(code: number): never {
  return binding().exitAtOnce(code);
}

/**
 * Ends this process as exitAtOnce() does once `ms` milliseconds have passed, also while its main thread is in a call
 * that hangs; `words` are written to standard error then. Only the last call counts, and `undefined` takes it back.
 * Throws a RangeError unless the time is from 0 to 2^31 - 1 ms, and EAGAIN when no thread can be made
 * (pthread_create(3), CreateThread).
 */
export function exitAfter(ms: number | undefined, code = 1, words = ''): void {
  if (ms !== undefined && !(ms >= 0 && ms <= LONGEST_MS)) {
    throw new RangeError(`ms: expected 0 to ${LONGEST_MS}, got ${ms}`);
  }
  binding().exitAfter(ms, code, words);
}

function group(): ProcessGroup {
  return onThisSystem(binding().processGroup, 'processGroup');
}

function processControl(): Omit<Prctl, 'setChildSubreaper'> {
  return onThisSystem(binding().prctl, 'prctl');
}

function onThisSystem<Feature>(feature: Feature | undefined, name: string): Feature {
  if (feature !== undefined) return feature;
  throw new ContainmentError('ERR_HOLDFAST_UNSUPPORTED_PLATFORM', `${process.platform} has no ${name}`);
}
