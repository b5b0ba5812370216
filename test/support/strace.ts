// What strace saw of a command: which processes it started, which programs they became, and how many lived at a time.
// Threads are no processes.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { within } from './eventually.js';
import type { Ended, Scene } from './scene.js';

/** Why no test that looks at system calls can be run. */
export function whyNoStrace(): string | undefined {
  try {
    execFileSync('strace', ['-qq', '-e', 'trace=none', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `strace cannot trace: ${String(error)}`;
  }
}

export interface Traced extends Ended {
  readonly output: string;
  readonly errors: string;
  /** Of every process the first one included, in the order of their start: the programs that it became. */
  readonly programs: readonly (readonly string[])[];
  /** Processes alive at one time. */
  readonly mostAtOnce: number;
  /** As strace has written them. */
  readonly lines: readonly string[];
}

export async function traced(
  scene: Scene,
  argv: readonly string[],
  { env = process.env, cwd, also = [] }: { env?: NodeJS.ProcessEnv; cwd?: string; also?: readonly string[] } = {},
): Promise<Traced> {
  const file = scene.path('strace.out');
  const calls = ['execve', 'execveat', 'clone', 'clone3', 'fork', 'vfork', ...also].join(',');
  const strace = ['strace', '-f', '-q', '-y', '-s', '4096', '-o', file, '-e', `trace=${calls}`, '-e', 'signal=none', ...argv];
  const run = scene.start(strace, { env, ...(cwd !== undefined && { cwd }) });
  const closed = new Promise<void>((resolve) => run.child.once('close', () => resolve()));
  const ended = await run.ended();
  await within('the streams of strace close', closed);
  const lines = readFileSync(file, 'latin1').split('\n');
  return { ...ended, output: run.output, errors: run.errors, lines, ...processesIn(lines) };
}

const MAKES = /^(\d+) +(?:<\.\.\. )?(clone3?|v?fork)(?:\(| resumed)/;
const MADE = / = (\d+)(?: \(.*\))?$/;

function processesIn(lines: readonly string[]): Pick<Traced, 'programs' | 'mostAtOnce'> {
  const threads = new Set<string>();
  const makesThread = new Map<string, boolean>();
  for (const line of lines) {
    const [, maker = ''] = MAKES.exec(line) ?? [];
    if (maker === '') continue;
    if (!line.includes('resumed>')) makesThread.set(maker, line.includes('CLONE_THREAD'));
    const [, made] = MADE.exec(line) ?? [];
    if (made !== undefined && makesThread.get(maker) === true) threads.add(made);
  }
  const pids = [...new Set(lines.map((line) => /^\d+/.exec(line)?.[0] ?? ''))].filter((pid) => pid !== '' && !threads.has(pid));
  return { programs: pids.map((pid) => programsOf(pid, lines)), mostAtOnce: mostAtOnce(pids, lines) };
}

function programsOf(pid: string, lines: readonly string[]): string[] {
  const own = lines.filter((line) => line.startsWith(`${pid} `));
  const started = own.map((line) => /execve(?:at)?\((?:[^"]*)"([^"]*)"/.exec(line)?.[1]);
  // An attempt for each directory of PATH: what counts is the last before it succeeded.
  return started.flatMap((path, at) => (path !== undefined && hasBegun(own.slice(at)) ? [path] : []));
}

/** The call at the front succeeded, at once or when it was resumed. */
function hasBegun([first = '', ...later]: readonly string[]): boolean {
  const end = first.includes('<unfinished') ? (later.find((line) => /execve(?:at)? resumed/.test(line)) ?? '') : first;
  return / = 0$/.test(end);
}

function mostAtOnce(pids: readonly string[], lines: readonly string[]): number {
  const at = (pid: string, is: (line: string) => boolean): number => lines.findIndex((line) => line.startsWith(`${pid} `) && is(line));
  const lives = pids.map((pid) => {
    const end = at(pid, (line) => / \+\+\+ (?:exited|killed)/.test(line));
    return { start: at(pid, () => true), end: end < 0 ? Infinity : end };
  });
  return Math.max(...lives.map(({ start }) => lives.filter((life) => life.start <= start && life.end > start).length));
}
