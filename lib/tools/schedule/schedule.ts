// The schedule of save-check: installed, read back and compared, looked at, removed. Which scheduler does it is the
// backend's; what was installed is remembered in the state directory, so that a later change of anything is seen.

import { existsSync, rmSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { EXIT, ToolFailure } from '../failure.js';
import { acquireLock } from '../lock.js';
import { lastRunIn, lastRunPath } from '../save/last-run.js';
import type { Workplace } from '../workplace.js';
import { apply, ask, backUp, runStep } from './apply.js';
import type { Backend, Registered, RenderedFile, Step } from './backend.js';
import { backendNamed, chooseBackend } from './choose.js';
import { checkedJob, memoryOf, missingFiles, rememberJob, rememberedJob, type BackendName, type Job } from './job.js';

export interface ScheduleWish {
  readonly backend: BackendName | 'auto';
  readonly name: string;
  /** @default of the configuration */
  readonly everySeconds?: number | undefined;
  /** Absolute; undefined: the usual one. */
  readonly configFile?: string | undefined;
}

export interface ScheduleStatus {
  readonly backend: BackendName;
  readonly name: string;
  readonly state: 'absent' | 'installed' | 'drifted' | 'overdue';
  readonly everySeconds: number;
  /** In words: what is not as it was installed. */
  readonly differences: readonly string[];
  readonly next?: string;
  readonly last?: string;
  /** What save-check has said of its last run. */
  readonly lastRun?: unknown;
}

export interface SchedulePreview {
  readonly backend: BackendName;
  readonly files: readonly RenderedFile[];
  /** Of an installation where nothing is yet. */
  readonly steps: readonly Step[];
}

const PROGRAM = join(__dirname, '..', '..', '..', 'bin', 'holdfast.js');
const LOCK_WAIT_MS = 5000;
/** cron runs the job itself. */
export const RUN_NOW_MS = 120_000;
const OVERDUE_INTERVALS = 3;

/** What `holdfast schedule print` shows, and `--dry-run` would do. Changes nothing. */
export async function previewSchedule(workplace: Workplace, wish: ScheduleWish): Promise<SchedulePreview> {
  const backend = wish.backend === 'auto' ? await chooseBackend('auto', ask) : await backendNamed(wish.backend, ask);
  const job = jobFor(workplace, wish);
  return { backend: backend.name, files: backend.render(job), steps: backend.plan('install', job, '') };
}

/** Installs the job or updates it, and reads back what the scheduler has then. Throws ToolFailure when that differs. */
export async function installSchedule(workplace: Workplace, wish: ScheduleWish): Promise<ScheduleStatus> {
  const job = jobFor(workplace, wish);
  return alone(workplace, async () => {
    const backend = await chooseBackend(wish.backend, ask);
    const old = rememberedJob(job);
    if (old !== undefined && old.backend !== backend.name) await takeOut(await backendNamed(old.backend, ask), old.job);
    await change('install', backend, job);
    const { present, differences } = await backend.look(job, ask);
    if (present && differences.length === 0) rememberJob({ backend: backend.name, job });
    else throw new ToolFailure(EXIT.notDone, `${backend.name} has it otherwise: ${differences.join('; ') || 'it is not there'}`);
    return statusBy(workplace, backend, job);
  });
}

/** Idempotent. Resolves with whether there was anything. */
export async function removeSchedule(workplace: Workplace, wish: ScheduleWish): Promise<boolean> {
  return alone(workplace, async () => {
    const { backend, job } = await installed(workplace, wish);
    const found = await takeOut(backend, job);
    rmSync(memoryOf(job), { force: true });
    return found;
  });
}

export async function scheduleStatus(workplace: Workplace, wish: ScheduleWish): Promise<ScheduleStatus> {
  const { backend, job } = await installed(workplace, wish);
  return statusBy(workplace, backend, job);
}

/** Has the scheduler run it once more, or where that cannot, does so itself. */
export async function runScheduledNow(workplace: Workplace, wish: ScheduleWish): Promise<void> {
  const { backend, job } = await installed(workplace, wish);
  if (!(await backend.look(job, ask)).present) throw new ToolFailure(EXIT.notDone, `${job.name} is not scheduled`);
  await runStep(backend.runNow(job), RUN_NOW_MS);
}

/** The job as it was installed; without that, as it would be. */
async function installed(workplace: Workplace, wish: ScheduleWish): Promise<{ backend: Backend; job: Job }> {
  const job = jobFor(workplace, wish);
  const old = rememberedJob(job);
  if (old === undefined) return { backend: await chooseBackend(wish.backend, ask), job };
  return { backend: await backendNamed(old.backend, ask), job: old.job };
}

async function takeOut(backend: Backend, job: Job): Promise<boolean> {
  if (!(await backend.look(job, ask)).present) return false;
  await change('remove', backend, job);
  if (!(await backend.look(job, ask)).present) return true;
  throw new ToolFailure(EXIT.notDone, `${backend.name} still has ${job.name}`);
}

async function change(how: 'install' | 'remove', backend: Backend, job: Job): Promise<void> {
  const { before } = await backend.look(job, ask);
  const steps = backend.plan(how, job, before);
  if (steps.length > 0) backUp(backend.name, before, job);
  await apply(steps, job);
}

async function statusBy({ directories }: Workplace, backend: Backend, job: Job): Promise<ScheduleStatus> {
  const found = await backend.look(job, ask);
  const gone = missingFiles(job).map((path) => `${path} is missing`);
  const differences = found.present ? [...found.differences, ...gone] : [];
  const lastRun = lastRunIn(directories.state);
  const { next, last } = found;
  return {
    backend: backend.name,
    name: job.name,
    state: stateOf(found, differences, isOverdue(job, directories.state)),
    everySeconds: job.everySeconds,
    differences,
    ...(next !== undefined && { next }),
    ...(last !== undefined && { last }),
    ...(lastRun !== undefined && { lastRun }),
  };
}

function stateOf({ present }: Registered, differences: readonly string[], overdue: boolean): ScheduleStatus['state'] {
  if (!present) return 'absent';
  if (differences.length > 0) return 'drifted';
  return overdue ? 'overdue' : 'installed';
}

/** Since it was installed, or has run last. */
function isOverdue(job: Job, state: string): boolean {
  const changed = [memoryOf(job), lastRunPath(state)].map(changedAt);
  const latest = Math.max(...changed);
  return existsSync(memoryOf(job)) && Date.now() - latest > OVERDUE_INTERVALS * job.everySeconds * 1000;
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function jobFor({ directories, config }: Workplace, { name, everySeconds, configFile }: ScheduleWish): Job {
  const words = ['save-check', '--scheduled', ...(configFile === undefined ? [] : ['--config', configFile])];
  return checkedJob({
    name,
    everySeconds: everySeconds ?? config.schedule.everySeconds,
    argv: [process.execPath, PROGRAM, ...words],
    env: environmentOf(process.env),
    directory: join(directories.state, 'schedule'),
    home: userInfo().homedir,
  });
}

/** What moves the directories of the tools: a scheduler does not pass it on. */
function environmentOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const names = ['HOLDFAST_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME'];
  return Object.fromEntries(names.flatMap((name) => (isAbsolute(env[name] ?? '') ? [[name, env[name] ?? '']] : [])));
}

/** Two changes at once would read the same before. */
async function alone<Result>({ directories }: Workplace, work: () => Promise<Result>): Promise<Result> {
  const lock = await acquireLock(join(directories.state, 'schedule.lock'), { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) throw new ToolFailure(EXIT.tryAgain, 'another process changes the schedule');
  try {
    return await work();
  } finally {
    lock.release();
  }
}
