// The process table, read by the tests themselves so that they need not believe the library.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

import { oracle } from './windows-oracle.js';

/**
 * Who a process is. The start time is in clock ticks after boot: field 22, proc_pid_stat(5); on Windows the time of
 * creation in units of 100 ns.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessLine extends ProcessIdentity {
  readonly ppid: number;
  readonly state: string;
  readonly group: number;
  readonly session: number;
}

export function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // gone meanwhile, or not ours to read
  }
}

function parseStat(pid: number, stat: string): ProcessLine {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0] ?? '?',
    ppid: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: fields[19] ?? '',
  };
}

export function processLine(pid: number): ProcessLine | undefined {
  if (oracle !== undefined) return oracle.lines().find((line) => line.pid === pid);
  const stat = readProcFile(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(pid, stat);
}

export function identityOf(pid: number): ProcessIdentity {
  const line = processLine(pid);
  if (line === undefined) throw new Error(`there is no process ${pid}`);
  return { pid, startTime: line.startTime };
}

export function allPids(): number[] {
  if (oracle !== undefined) return oracle.lines().map(({ pid }) => pid);
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** A zombie whose other threads run on is alive: pthread_exit(3) in the main thread. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const line = processLine(pid);
  if (line?.startTime !== startTime) return false;
  if (oracle !== undefined) return true; // it lists only those that run
  if (line.state !== 'Z' && line.state !== 'X') return true;
  return threadsOf(pid).some((state) => state !== 'Z' && state !== 'X');
}

function taskIds(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // gone meanwhile
  }
}

function threadsOf(pid: number): string[] {
  return taskIds(pid).flatMap((id) => {
    const stat = readProcFile(`/proc/${pid}/task/${id}/stat`);
    return stat === undefined ? [] : [parseStat(pid, stat).state];
  });
}

/** The pids of a process in its own namespace and those around it, outermost first. */
export function namespacePids(pid: number): number[] {
  if (oracle !== undefined) return [pid];
  const line = /^NSpid:\t(.*)$/m.exec(readProcFile(`/proc/${pid}/status`) ?? '');
  return (line?.[1] ?? '').split('\t').map(Number);
}

/** Whether a process has mapped a file; nothing when that is not ours to know. Also when its main thread has exited. */
export function mapsFile(pid: number, path: string): boolean | undefined {
  const maps = readProcFile(`/proc/${pid}/maps`);
  if (maps === undefined || maps !== '') return maps?.includes(path);
  return taskIds(pid).some((id) => readProcFile(`/proc/${pid}/task/${id}/maps`)?.includes(path) === true);
}

/** The real user of a process. */
export function userOf(pid: number): number | undefined {
  const line = /^Uid:\t(\d+)/m.exec(readProcFile(`/proc/${pid}/status`) ?? '');
  return line === null ? undefined : Number(line[1]);
}

export function commandLine(pid: number): readonly string[] {
  if (oracle !== undefined) return oracle.commandLine(pid);
  return (readProcFile(`/proc/${pid}/cmdline`) ?? '').split('\0');
}

/** The processes that have a word in their command line. */
export function processesNaming(word: string): ProcessLine[] {
  return allPids()
    .filter((pid) => pid !== process.pid && commandLine(pid).join(' ').includes(word))
    .flatMap((pid) => processLine(pid) ?? []);
}

/** Those above a process, the nearest first. */
export function ancestorsOf(pid: number): readonly number[] {
  const parent = processLine(pid)?.ppid ?? 0;
  return parent <= 1 ? [] : [parent, ...ancestorsOf(parent)];
}

/** A process and those above it, up to one of them. */
export function lineage(from: ProcessIdentity, upTo: ProcessIdentity): readonly ProcessIdentity[] {
  const above = ancestorsOf(from.pid);
  const place = above.indexOf(upTo.pid);
  if (place < 0) throw new Error(`${from.pid} is not below ${upTo.pid}`);
  return [from, ...above.slice(0, place + 1).map(identityOf)];
}

/** What our own descriptors refer to, by number. */
export function ownDescriptors(): Map<string, string> {
  const open = new Map<string, string>();
  if (oracle !== undefined) return open; // handles come and go with the runtime: test/windows counts them
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      open.set(fd, readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      continue; // the one that listed the directory
    }
  }
  return open;
}
