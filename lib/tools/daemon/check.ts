// One look of the daemon at its projects: on this machine only, nothing is sent from here.

import { checkProject, type ProjectCheck } from '../save/check-project.js';
import { absolutePath } from '../config/config.js';
import { lookWithoutChildren } from '../look/look.js';
import type { Workplace } from '../workplace.js';

/**
 * Whatever has changed is saved now, or never, while the guard asks everybody to end, newcomers too. For each of two
 * children of git there is little time: a last save is made without git rather than not at all.
 */
const LAST = { which: 'changed', childTimeoutMs: 400, storeWaitMs: 250, ignoresTerminate: true } as const;

export interface CheckOptions {
  /** Absolute; none: those of the configuration. */
  readonly projects: readonly string[];
  readonly signal: AbortSignal;
  /** `last`: whatever has changed is saved now, or never. */
  readonly look: 'usual' | 'last';
}

export interface CheckResult {
  /** How many projects had something new. */
  readonly saved: number;
  /** In words. */
  readonly summary: string;
}

/** Rejects with the reason of the signal. */
export async function checkProjects(workplace: Workplace, options: CheckOptions): Promise<CheckResult> {
  const { projects, signal, look } = options;
  if (look === 'last') lookWithoutChildren();
  const configured = (): readonly string[] => workplace.config.projects.map((path) => absolutePath(path, 'projects'));
  const roots = projects.length > 0 ? projects : configured();
  const check = { trigger: 'daemon', git: 'fresh-or-saved', signal, ...(look === 'last' && LAST) } as const;
  const saves = look === 'last' ? await allAtOnce(workplace, roots, check) : await oneByOne(workplace, roots, check);
  const saved = saves.filter((isSaved) => isSaved).length;
  return { saved, summary: `${saved} of ${roots.length} saved` };
}

/** Whether each was saved. */
type Saves = readonly boolean[];

async function oneByOne(workplace: Workplace, roots: readonly string[], check: ProjectCheck): Promise<Saves> {
  const saves: boolean[] = [];
  for (const root of roots) {
    check.signal?.throwIfAborted();
    saves.push(await checkOne(workplace, root, check));
  }
  return saves;
}

/** There is no time for one after the other: one whose git is slow costs the others nothing. */
async function allAtOnce(workplace: Workplace, roots: readonly string[], check: ProjectCheck): Promise<Saves> {
  const checks = await Promise.allSettled(roots.map(async (root) => checkOne(workplace, root, check)));
  return checks.map((done, at) => {
    if (done.status === 'fulfilled') return done.value;
    workplace.log.write('WARNING', 'save-daemon', `${roots[at] ?? ''}: not saved: there was no time left`);
    return false;
  });
}

async function checkOne(workplace: Workplace, root: string, check: ProjectCheck): Promise<boolean> {
  const { outcome, problem, warnings } = await checkProject(workplace, root, check);
  if (problem !== undefined) workplace.log.write('ERROR', 'save-daemon', `${root}: ${problem}`);
  for (const warning of warnings) workplace.log.write('WARNING', 'save-daemon', `${root}: ${warning}`);
  return outcome === 'saved';
}
