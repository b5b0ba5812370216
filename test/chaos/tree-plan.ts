// Random trees in the words of test/fixtures/chaos-tree.c: `s(i()gd(h()))` is a root with two children and a
// grandchild.

import type { Random } from './random.js';

/** What a process of a tree may do, each with how often one does. */
const TRAITS = {
  s: { does: 'leads a session', often: 0.15 },
  g: { does: 'leads a process group', often: 0.15 },
  i: { does: 'ignores every signal', often: 0.1 },
  e: { does: 'hides its environment', often: 0.05 },
  m: { does: 'is not dumpable and has a name like a line of stat', often: 0.05 },
  b: { does: 'is a subreaper', often: 0.07 },
  c: { does: 'closes all descriptors', often: 0.07 },
  d: { does: 'is an orphan by a double fork', often: 0.15 },
  p: { does: 'is made a sibling of its maker', often: 0.05 },
  w: { does: 'sends no signal when it ends', often: 0.05 },
  x: { does: 'exits when its children are up', often: 0.1 },
  z: { does: 'stops itself when its children are up', often: 0.08 },
  k: { does: 'kills others of the tree', often: 0.03 },
  r: { does: 'makes its first child again when one is gone', often: 0.05 },
  t: { does: 'exits in its main thread', often: 0.05 },
  T: { does: 'forks in another thread', often: 0.07 },
  h: { does: 'is a hydra: each generation forks the next and ends', often: 0.04 },
  f: { does: 'has a fork in flight at any time', often: 0.06 },
} as const;

export type Trait = keyof typeof TRAITS;

const HOW_IT_IS_MADE: readonly Trait[] = ['d', 'p', 'w'];
const WHAT_IT_DOES_THEN: readonly Trait[] = ['x', 'h', 'f', 'r', 't'];
/** Each ends processes. */
const ENDING: readonly Trait[] = ['x', 'k'];
/** Also what has the kernel end a process group that nobody can continue any more (setpgid(2), SIGHUP). */
const NOT_IN_CONTROLS: readonly Trait[] = [...ENDING, 'z'];

export interface TreePlan {
  readonly text: string;
  readonly processes: number;
}

export interface TreeTerms {
  /** The root exits when its children are up. */
  readonly rootExits: boolean;
  /** Nobody ends by itself, and the first child of the root does nothing but beat. */
  readonly survives: boolean;
}

const MOST_PROCESSES = 30;

export function randomTree(random: Random, terms: TreeTerms): TreePlan {
  const shape = random.pick(['bushy', 'bushy', 'deep', 'wide'] as const);
  const bounds = { bushy: { depth: 4, width: 4 }, deep: { depth: 14, width: 1 }, wide: { depth: 1, width: 20 } }[shape];
  const processes = { left: MOST_PROCESSES - 1 };

  const node = (depth: number, unwanted: readonly Trait[]): string => {
    const traits = randomTraits(random, unwanted);
    const width = depth < bounds.depth ? random.between(depth === 0 ? 1 : 0, bounds.width) : 0;
    const children: string[] = [];
    for (let made = 0; made < width && processes.left > 0; made++) {
      processes.left -= 1;
      const steady = terms.survives && depth === 0 && made === 0;
      children.push(steady ? '()' : node(depth + 1, terms.survives ? NOT_IN_CONTROLS : []));
    }
    return `${traits}(${children.join('')})`;
  };
  const root = node(0, [...HOW_IT_IS_MADE, ...(terms.survives ? NOT_IN_CONTROLS : ENDING)]);
  return { text: terms.rootExits ? `x${root}` : root, processes: MOST_PROCESSES - processes.left };
}

/** At most one way to be made and one thing to do in the end. */
function randomTraits(random: Random, unwanted: readonly Trait[]): string {
  const drawn = (Object.keys(TRAITS) as Trait[]).filter((trait) => random.chance(TRAITS[trait].often));
  const wanted = drawn.filter((trait) => !unwanted.includes(trait));
  const [made] = wanted.filter((trait) => HOW_IT_IS_MADE.includes(trait));
  const [then] = wanted.filter((trait) => WHAT_IT_DOES_THEN.includes(trait));
  const exclusive = [...HOW_IT_IS_MADE, ...WHAT_IT_DOES_THEN];
  return [...wanted.filter((trait) => !exclusive.includes(trait)), made ?? '', then ?? ''].join('');
}

export function hasAny(tree: TreePlan, traits: readonly Trait[]): boolean {
  return traits.some((trait) => tree.text.includes(trait));
}

/** The letters of a tree in words. */
export function explained(tree: TreePlan): string {
  const used = (Object.keys(TRAITS) as Trait[]).filter((trait) => tree.text.includes(trait));
  return used.map((trait) => `${trait} ${TRAITS[trait].does}`).join('; ');
}
