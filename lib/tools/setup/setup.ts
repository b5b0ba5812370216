// Sets up hooks and schedule in one go: what would change is known before anything does, the hooks are tried out, and
// when one step fails all of them are taken back.

import { existsSync } from 'node:fs';

import { besideBudget } from '../budget.js';
import { EXIT, ToolFailure } from '../failure.js';
import { AGENTS, type Agent } from '../hooks/events.js';
import { examineHooks } from '../hooks/settings/doctor.js';
import type { Finding } from '../hooks/settings/finding.js';
import { installHooks, planHooks, takeBack, type HookChange } from '../hooks/settings/hooks-in-settings.js';
import { placeOf, userFolderOf } from '../hooks/settings/places.js';
import { installSchedule, removeSchedule, scheduleStatus, type ScheduleStatus, type ScheduleWish } from '../schedule/schedule.js';
import type { Workplace } from '../workplace.js';

export interface SetupPlan {
  readonly hooks: readonly HookChange[];
  /** Undefined when no schedule is wanted. */
  readonly wish: ScheduleWish | undefined;
  /** As it is now. */
  readonly schedule: ScheduleStatus | undefined;
  /** Whether anything would change. */
  readonly changes: boolean;
}

export interface SetupReport {
  readonly hooks: readonly HookChange[];
  readonly findings: readonly Finding[];
  readonly schedule: ScheduleStatus | undefined;
}

const HEALTHY: readonly ScheduleStatus['state'][] = ['installed', 'overdue'];

/** The agents that this user has used: their folders are there. */
export function presentAgents(): readonly Agent[] {
  return AGENTS.filter((agent) => existsSync(userFolderOf(agent)));
}

/** Changes nothing. Throws ToolFailure for what could not be done. */
export async function planSetup(
  workplace: Workplace,
  agents: readonly Agent[],
  wish?: ScheduleWish,
): Promise<SetupPlan> {
  const hooks = agents.map((agent) => planHooks(workplace.directories, placeOf(agent, 'user', '')));
  const schedule = wish === undefined ? undefined : await scheduleStatus(workplace, wish);
  return { hooks, wish, schedule, changes: hooks.some(({ changed }) => changed) || needsSchedule(schedule) };
}

/** Throws ToolFailure when something failed; nothing is changed then. `project` is where the user is. */
export async function carryOutSetup(workplace: Workplace, plan: SetupPlan, project: string): Promise<SetupReport> {
  const { directories } = workplace;
  const hooks = await installHooks(directories, plan.hooks);
  try {
    const findings = await examineHooks(directories, plan.hooks, project);
    const errors = findings.filter(({ level }) => level === 'ERROR').map(({ agent, what }) => `${agent ?? 'hooks'}: ${what}`);
    if (errors.length > 0) throw new ToolFailure(EXIT.notDone, errors.join('\n'));
    return { hooks, findings, schedule: await withSchedule(workplace, plan) };
  } catch (error) {
    await takeBack(directories, hooks);
    const { message } = error as Error;
    const exitCode = error instanceof ToolFailure ? error.exitCode : EXIT.internal;
    const rest = error instanceof Left ? 'the hooks were taken back' : 'all of it was taken back: nothing is set up that was not before';
    throw new ToolFailure(exitCode, `${message}\n${rest}`, error);
  }
}

async function withSchedule(workplace: Workplace, { wish, schedule }: SetupPlan): Promise<SetupReport['schedule']> {
  if (wish === undefined || !needsSchedule(schedule)) return schedule;
  try {
    return await installSchedule(workplace, wish);
  } catch (error) {
    if (schedule?.state === 'absent') await besideBudget(() => removeSchedule(workplace, wish)).catch((left: unknown) => leave(error, left));
    throw error;
  }
}

/** The schedule could not be taken out again. */
class Left extends ToolFailure {}

function leave(error: unknown, left: unknown): never {
  const { message } = error as Error;
  throw new Left(EXIT.notDone, `${message}\nthe schedule may be left (holdfast schedule remove): ${(left as Error).message}`, error);
}

function needsSchedule(now: ScheduleStatus | undefined): boolean {
  return now !== undefined && !HEALTHY.includes(now.state);
}
