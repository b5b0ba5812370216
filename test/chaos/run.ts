// One run: a random tree, a random end, and the verdict of an oracle that asks nobody but the system.

import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import type { EscapeRoute } from '#lib/index.js';

import { Cast } from '../support/cast.js';
import { within } from '../support/eventually.js';
import { isAlive } from '../support/proc.js';
import { endProcesses } from '../support/scene.js';
import { STARTS, type Attempt } from './attempt.js';
import { DEATHS, openRoute, type RunPlan } from './run-plan.js';
import { explained } from './tree-plan.js';

export type Verdict = 'dead' | 'control survived' | 'open, dead' | 'open, alive' | 'FAILED';

export interface Outcome {
  readonly plan: RunPlan;
  readonly verdict: Verdict;
  readonly why?: string;
}

const GROWTH_MS = 3000; // a tree whose members kill each other may never be complete
const PATIENCE_MS = 60_000;

export async function perform(plan: RunPlan, path: string, witness: Cast): Promise<Outcome> {
  const cast = new Cast('chaos-tree', path, { words: [plan.tree.text], expected: plan.tree.processes });
  let attempt: Attempt | undefined;
  try {
    attempt = await STARTS[plan.control ? 'nobody' : DEATHS[plan.death].owner](plan, cast);
    return { plan, ...(await observe(plan, cast, attempt, witness)) };
  } catch (error) {
    return { plan, verdict: 'FAILED', why: `${String(error)}; alive: ${JSON.stringify(cast.living())}` };
  } finally {
    cast.declareOver();
    await endProcesses(() => [...cast.living(), ...(attempt?.holders.filter(isAlive) ?? [])]);
    cast.letGo();
    rmSync(path);
  }
}

async function observe(plan: RunPlan, cast: Cast, attempt: Attempt, witness: Cast): Promise<Omit<Outcome, 'plan'>> {
  await moment(plan, cast, attempt);
  await attempt.die();
  if (plan.control) {
    await cast.provenAlive();
    return { verdict: 'control survived' };
  }
  const report = await within(`${plan.death} ends the tree`, attempt.over, PATIENCE_MS);
  const route = openRoute(plan);
  if (route !== undefined) return { verdict: judgeOpen(route, cast, attempt) };

  if (report?.survivors.length === 0 && cast.living().length > 0) {
    throw new Error(`the report of '${report.reason}' names no survivors`);
  }
  await cast.provenDead(witness, PATIENCE_MS);
  return { verdict: 'dead' };
}

/** Nobody may live by a route that the tree itself did not name. */
function judgeOpen(route: EscapeRoute, cast: Cast, attempt: Attempt): Verdict {
  const named = attempt.named();
  if (cast.living().length === 0) return 'open, dead';
  if (!named.includes(route)) throw new Error(`alive by ${route}, and the tree named: ${named.join(' ')}`);
  return 'open, alive';
}

/** When so many processes are up; or when that will not come any more. */
async function moment(plan: RunPlan, cast: Cast, { over }: Attempt): Promise<void> {
  const deadline = performance.now() + GROWTH_MS;
  const state = { over: false };
  if (!plan.control) void over.then(() => (state.over = true));
  while (cast.participants() < plan.moment && !state.over && performance.now() < deadline) await setImmediate();
}

/** How to make a run again, and what it is. */
export function describeRun({ seed, mechanism, death, control, tree, moment: at }: RunPlan): string {
  const what = control ? 'not contained, SIGKILL of the root' : `held by ${mechanism}, ${death}`;
  return [
    `    npm run test:chaos -- --runs 1 --seed ${seed} --mechanism ${mechanism}`,
    `    ${what}, when ${at} of ${tree.processes} processes are up`,
    `    ${tree.text}`,
    `    (${explained(tree)})`,
  ].join('\n');
}
