// What the library could leave behind besides members: guards, records, cgroups, temporary files, zombies
// and descriptors of this process. Compared around every test.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { eventually } from './eventually.js';
import { cgroupOfTests } from './own-cgroup.js';
import { allPids, commandLine, ownDescriptors, processLine, readProcFile, userOf, type ProcessIdentity } from './proc.js';
import { GUARD } from './project.js';
import { removeTemporaryFiles, temporaryFiles } from './run-directory.js';
import { endProcesses } from './scene.js';

/** The state directory of this process of mocha: only our own guards and records are in it. */
export const HOME = mkdtempSync(join(tmpdir(), 'holdfast-home-'));

/** How willingly the kernel ends a process for want of memory: inherited, shown to all (proc_pid_oom_score_adj(5)). */
const NUMBER = '/proc/self/oom_score_adj';
const HIGHEST_NUMBER = 1000;
const inherited = Number(readProcFile(NUMBER));

/** Those with this state directory. */
export function guards(home = HOME): ProcessIdentity[] {
  const program = basename(GUARD);
  return allPids().flatMap((pid) => {
    const isGuard = commandLine(pid)[0]?.endsWith(program);
    return isGuard === true && hasHome(pid, home) ? (processLine(pid) ?? []) : [];
  });
}

/**
 * A guard shows its environment to root alone. To an ordinary user those of this process show its number; those of a
 * state directory that is not the common one are told apart by its records.
 */
function hasHome(pid: number, home: string): boolean {
  const environment = readProcFile(`/proc/${pid}/environ`);
  const uid = process.getuid?.();
  if (environment !== undefined || uid === 0) return (environment ?? '').includes(`HOLDFAST_HOME=${home}\0`);
  if (userOf(pid) !== uid) return false;
  const run = join(home, 'run');
  if (home === HOME) return readProcFile(`/proc/${pid}/oom_score_adj`) === readProcFile(NUMBER);
  return listed(run).some((name) => readProcFile(join(run, name))?.includes(`\nguard ${pid} `));
}

/** Those of a launch by this process: one needs a moment to become its program after its root runs. */
export async function guardsBelow(owner: number): Promise<ProcessIdentity[]> {
  const isBelow = ({ pid }: ProcessIdentity): boolean => processLine(pid)?.ppid === owner;
  await eventually('the guard has become its program', () => guards().some(isBelow));
  return guards();
}

export function records(): string[] {
  return stateFiles().filter((name) => name.endsWith('.tree'));
}

/** Records, sockets beside them, and whatever else a guard may leave there. */
function stateFiles(): string[] {
  return listed(join(HOME, 'run'));
}

/**
 * A guard that is killed cannot unlink its record or remove its cgroup. What is left then is a
 * record that nobody locks, its socket and a cgroup without processes: signs of a crash, which recovery removes.
 */
export async function abandonedTreeMayRemain(): Promise<void> {
  await eventually('no guard is left', () => guards().length === 0);
  for (const name of records()) {
    const path = join(HOME, 'run', name);
    execFileSync('flock', ['--nonblock', path, 'true']); // fails when somebody holds the lock
    rmSync(path);
    rmSync(path.replace(/tree$/, 'sock'), { force: true });
  }
  for (const name of cgroups()) rmdirSync(join(cgroupOfTests() ?? '', name)); // fails while populated
}

function cgroups(): string[] {
  const own = cgroupOfTests();
  return own === undefined ? [] : listed(own).filter((name) => name.startsWith('holdfast-'));
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // not made yet, or not there at all
  }
}

export function zombieChildren(): number[] {
  return allPids().filter((pid) => {
    const line = processLine(pid);
    return line?.ppid === process.pid && line.state === 'Z';
  });
}

export class LeakCheck {
  readonly #descriptors = ownDescriptors();
  readonly #files = new Set(temporaryFiles());

  async nothingLeft(): Promise<void> {
    await isEventuallyEmpty('guards', guards);
    await isEventuallyEmpty('records', stateFiles);
    await isEventuallyEmpty('zombies', zombieChildren);
    await isEventuallyEmpty('cgroups', cgroups);
    await isEventuallyEmpty('descriptors', () => this.#newDescriptors());
    await isEventuallyEmpty('files', () => temporaryFiles().filter((name) => !this.#files.has(name)));
  }

  removeNewFiles(): void {
    removeTemporaryFiles(this.#files);
  }

  #newDescriptors(): string[] {
    const now = [...ownDescriptors()];
    return now.filter(([fd, target]) => this.#descriptors.get(fd) !== target).map((open) => open.join(' -> '));
  }
}

async function isEventuallyEmpty(what: string, list: () => readonly unknown[]): Promise<void> {
  try {
    await eventually(`no ${what} are left`, () => list().length === 0);
  } catch (error) {
    const left = list().map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    throw new Error(`${String(error)}: ${left.join(', ')}`, { cause: error });
  }
}

/** So that the next test begins with nothing. */
export async function endLeftovers(): Promise<void> {
  await endProcesses(guards);
  for (const name of stateFiles()) rmSync(join(HOME, 'run', name));
  for (const name of cgroups()) removeCgroup(join(cgroupOfTests() ?? '', name));
}

function removeCgroup(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    console.log(`      cannot remove ${path}: ${String(error)}`);
  }
}

export function makeHome(): void {
  mkdirSync(HOME, { recursive: true, mode: 0o700 });
  if (process.platform === 'linux' && process.getuid?.() !== 0) takeNumber();
  process.env['HOLDFAST_HOME'] = HOME;
}

/** Another than its neighbour's and its parent's. An ordinary user may raise it, up to the highest. */
function takeNumber(): void {
  const room = HIGHEST_NUMBER - inherited;
  if (room === 0) throw new Error(`${NUMBER} is at its highest: the guards of these tests cannot be told from others`);
  writeFileSync(NUMBER, String(inherited + 1 + (process.pid % room)));
}

export function removeHome(): void {
  rmSync(HOME, { recursive: true, force: true });
}
