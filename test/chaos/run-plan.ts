// What one run is: who holds which tree, how it comes to its end and when. All of it follows from the seed.

import type { EscapeRoute } from '#lib/index.js';

import type { LinuxMechanism } from '../support/mechanisms.js';
import { Random } from './random.js';
import { hasAny, randomTree, type TreePlan } from './tree-plan.js';

/** Who owns the tree, and what happens to it. */
export const DEATHS = {
  'kill()': { owner: 'library', often: 20 },
  'terminate()': { owner: 'library', often: 12 },
  timeout: { owner: 'library', often: 8 },
  abort: { owner: 'library', often: 8 },
  'root exits': { owner: 'library', often: 10 },
  'guard killed': { owner: 'library', often: 10 },
  'owner killed': { owner: 'front', often: 16 },
  'SIGTERM to the front': { owner: 'front', often: 6 },
  'timeout of the front': { owner: 'front', often: 4 },
  'guard of the front killed': { owner: 'front', often: 6 },
  'owner and guard killed': { owner: 'front', often: 8 },
  'Worker ends': { owner: 'worker', often: 4 },
} as const;

export type Death = keyof typeof DEATHS;

export interface RunPlan {
  readonly seed: number;
  readonly mechanism: LinuxMechanism;
  readonly death: Death;
  /** Not contained at all, and therefore to survive. */
  readonly control: boolean;
  readonly tree: TreePlan;
  /** It comes when so many processes are up; 0: at once. */
  readonly moment: number;
  readonly graceMs: number;
  readonly timeoutMs: number;
}

const LOTS = (Object.keys(DEATHS) as Death[]).flatMap((death) => Array<Death>(DEATHS[death].often).fill(death));
const CONTROL_SHARE = 0.08;

export function planOf(seed: number, mechanisms: readonly LinuxMechanism[], wanted?: LinuxMechanism): RunPlan {
  const random = new Random(seed);
  for (let warm = 0; warm < 3; warm++) random.next(); // neighbouring seeds begin alike
  const drawn = random.pick(mechanisms);
  const death = random.pick(LOTS);
  const control = random.chance(CONTROL_SHARE);
  const tree = randomTree(random, { rootExits: death === 'root exits' && !control, survives: control });
  const moment = random.chance(0.3) ? tree.processes : random.between(0, tree.processes);
  const [graceMs, timeoutMs] = [random.pick([0, 5, 20, 60]), random.between(1, 120)];
  return { seed, mechanism: wanted ?? drawn, death, control, tree, moment, graceMs, timeoutMs };
}

const GUARD_DEATHS: readonly Death[] = ['guard killed', 'guard of the front killed'];

/**
 * The route by which the tree of a run may leave, of those that its mechanism names. None: all of it has to be dead.
 * Nobody leaves a cgroup here, so that `guard-killed` is closed there.
 */
export function openRoute({ mechanism, death, tree, moment }: RunPlan): EscapeRoute | undefined {
  if (death === 'owner and guard killed') return mechanism === 'namespace' ? undefined : 'owner-and-guard-killed';
  const hidden = hasAny(tree, process.getuid?.() === 0 ? ['e'] : ['e', 'm']);
  const orphaned = hasAny(tree, ['d', 'k', 'r', 'x']);
  const growing = moment < tree.processes || hasAny(tree, ['f', 'T']); // the end itself makes orphans
  const unseen = hasAny(tree, ['h']) || (hidden && (orphaned || growing));
  if (mechanism === 'group' && unseen) return 'fast-double-fork';
  const byFamily = mechanism === 'group' || mechanism === 'subreaper';
  if (byFamily && GUARD_DEATHS.includes(death) && (hidden || unseen)) return 'guard-killed';
  return undefined;
}
