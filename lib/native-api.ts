// holdfast/native: single kernel features, typed and checked, for those who build containment of their own.

import { ContainmentError } from './errors.js';
import { binding } from './native/load-binding.js';
import type { ProcessEntry } from './native/binding.js';
import type { FileLock, Prctl, ProcessGroup } from './native/binding.js';

export type { FileLock, Prctl, ProcessEntry, ProcessGroup };

/** Process groups, signalled only by a leader whose identity was checked. */
export const processGroup: ProcessGroup = {
  get: (pid) => binding().processGroup.get(pid),
  set: (pid, pgid) => {
    binding().processGroup.set(pid, pgid);
  },
  signal: (leaderPid, startTime, signo) => {
    binding().processGroup.signal(leaderPid, startTime, signo);
  },
};

/** prctl(2). A subreaper is refused inside Node, with the reason. */
export const prctl: Prctl = {
  getParentDeathSignal: () => binding().prctl.getParentDeathSignal(),
  setParentDeathSignal: (signo) => {
    binding().prctl.setParentDeathSignal(signo);
  },
  getDumpable: () => binding().prctl.getDumpable(),
  setDumpable: (dumpable) => {
    binding().prctl.setDumpable(dumpable);
  },
  getNoNewPrivs: () => binding().prctl.getNoNewPrivs(),
  setNoNewPrivs: () => {
    binding().prctl.setNoNewPrivs();
  },
  getName: () => binding().prctl.getName(),
  setName: (name) => {
    binding().prctl.setName(name);
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

/** Waits for a lock that the kernel drops when its holder dies. */
export function lock(path: string): FileLock {
  return binding().lock(path);
}

/** The same without waiting; undefined when somebody else holds the lock. */
export function tryLock(path: string): FileLock | undefined {
  return binding().tryLock(path);
}
