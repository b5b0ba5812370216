// Takes back everything that holdfast has set up for this user: the hooks of all agents, every schedule, every daemon.
// What was saved stays. Each part is tried whatever became of the others.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { printable } from '../../printable.js';
import { allDaemons, endAll, type RunningDaemon } from '../daemon/status.js';
import { ToolFailure } from '../failure.js';
import { AGENTS } from '../hooks/events.js';
import { planRemoval, rememberedPlaces, removeHooks, type HookChange } from '../hooks/settings/hooks-in-settings.js';
import { placeOf, type HookPlace } from '../hooks/settings/places.js';
import { removeSchedule, scheduleStatus, type ScheduleStatus } from '../schedule/schedule.js';
import type { Workplace } from '../workplace.js';

export interface UninstallPlan {
  /** Those that would change. */
  readonly hooks: readonly HookChange[];
  /** Those that are there. */
  readonly schedules: readonly ScheduleStatus[];
  readonly daemons: readonly RunningDaemon[];
  /** What could not be looked at, and is left as it is. */
  readonly problems: readonly string[];
}

const DAEMON_GRACE_MS = 5000;

/** Changes nothing. `project` is where the user is: its settings are looked at too. */
export async function planUninstall(workplace: Workplace, project: string): Promise<UninstallPlan> {
  const problems: string[] = [];
  const look = async <Result>(work: () => Result | Promise<Result>): Promise<Result[]> => {
    try {
      return [await work()];
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      problems.push(error.message);
      return [];
    }
  };
  const hooks: HookChange[] = [];
  for (const place of placesToLookAt(workplace, project)) {
    hooks.push(...(await look(() => planRemoval(workplace.directories, place))));
  }
  const schedules: ScheduleStatus[] = [];
  for (const name of scheduledNames(workplace)) {
    schedules.push(...(await look(async () => scheduleStatus(workplace, { backend: 'auto', name }))));
  }
  const daemons = await allDaemons(workplace);
  return {
    hooks: hooks.filter(({ changed }) => changed),
    schedules: schedules.filter(({ state }) => state !== 'absent'),
    daemons,
    problems,
  };
}

/** Resolves with what could not be done, in words. */
export async function carryOutUninstall(workplace: Workplace, plan: UninstallPlan): Promise<readonly string[]> {
  const problems = [...plan.problems];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push((error as Error).message);
    }
  };
  for (const place of plan.hooks) await attempt(async () => removeHooks(workplace.directories, [place]));
  for (const { name } of plan.schedules) await attempt(async () => removeSchedule(workplace, { backend: 'auto', name }));
  await attempt(async () => {
    const reports = await endAll(plan.daemons.flatMap(({ tree }) => tree ?? []), DAEMON_GRACE_MS);
    const survivors = reports.flatMap((report) => report.survivors);
    problems.push(...survivors.map(({ pid, why }) => `process ${pid} of a daemon is still alive: ${printable(why)}`));
  });
  const others = plan.daemons.filter(({ tree }) => tree === undefined);
  problems.push(...others.map(({ pid }) => `a daemon runs in the foreground of somebody else, who has to end it: pid ${pid}`));
  return problems;
}

function placesToLookAt({ directories }: Workplace, project: string): readonly HookPlace[] {
  const usual = AGENTS.flatMap((agent) => [placeOf(agent, 'user', project), placeOf(agent, 'project', project)]);
  const all = [...rememberedPlaces(directories), ...usual, placeOf('claude', 'local', project)];
  return [...new Map(all.map((place) => [place.file, place])).values()];
}

/** Of which something is remembered. */
function scheduledNames({ directories }: Workplace): readonly string[] {
  try {
    const names = readdirSync(join(directories.state, 'schedule'));
    return names.flatMap((name) => /^([a-z][a-z0-9-]{0,31})\.json$/.exec(name)?.[1] ?? []);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
