// The rows of the gauntlet: each technique of a member, with the number of its scenario (research of the field counts
// 48 of them; 44 to 48 belong to Windows and macOS) and what it needs.

import type { Escape, Technique } from '../support/cast.js';
import { NEEDS_ROOT, ownCgroup, type LinuxMechanism } from '../support/mechanisms.js';
import type { DeathCode } from './deaths.js';
import type { Place } from './place.js';
import { AROUND, setuidEscapee, startBroker, whyNoStrangers, type Surroundings } from './surroundings.js';

export interface Row {
  readonly name: string;
  readonly scenarios: string;
  readonly technique: Technique;
  readonly count?: number;
  readonly around?: Surroundings;
  /** Why it cannot be tried here, beside what the surroundings miss. */
  readonly missing?: string | undefined;
  readonly detail?: (place: Place) => string | Promise<string>;
  /** No member goes on beating once the root has exited: the control is seen by its identity alone. */
  readonly silent?: boolean;
  /** Its processes come and go by themselves. */
  readonly changing?: boolean;
  /** A stranger takes over the pid of a member that has ended; it has to live on. */
  readonly stranger?: 'leader' | 'group';
  /** Members act, or the owner does, before death comes, or for it. */
  readonly first?: 'members act' | 'owner drops its rights';
  readonly instead?: 'members act';
  /** The only deaths, or mechanisms, that it has to do with. */
  readonly deaths?: readonly DeathCode[];
  readonly mechanisms?: readonly LinuxMechanism[];
  /** Deaths that do not go with it, and why. */
  readonly except?: Readonly<Partial<Record<DeathCode, string>>>;
}

const IN_WORKER_UNASKED = 'a Worker that is to end cannot be asked anything before';

const AMONG_STRANGERS = { missing: whyNoStrangers(), except: { D9: IN_WORKER_UNASKED } } as const;

/** Above the cgroup of the attempt, so also above that of any tree. */
const outside = (): string => `${ownCgroup() ?? ''}/cgroup.procs`;
const nameOf = ({ name }: Place): string => name;

/** For `group` a /proc that hides is a reason to refuse. */
const NOT_GROUP: readonly LinuxMechanism[] = ['cgroup', 'subreaper', 'namespace'];

function simple(technique: Technique, scenarios: string, rest: Partial<Row> = {}): Row {
  return { name: technique, technique, scenarios, ...rest };
}

export const ROWS: readonly Row[] = [
  simple('plain', '1, 41'),
  simple('setsid', '2'),
  simple('own-group', '4'),
  simple('double-fork', '3'),
  simple('daemon', '3, 32'),
  simple('deep', '1', { count: 60 }),
  simple('hydra', '5', { count: 8, changing: true }),
  simple('respawning-pair', '5', { changing: true }),
  simple('storm', '6', { detail: () => '100' }),
  simple('parent-of-parent', '7'),
  simple('no-exit-signal', '8'),
  simple('own-subreaper', '9'),
  simple('vfork', '10'),
  simple('forked-by-thread', '11'),
  simple('main-thread-exited', '12'),
  simple('stopped', '13, 15', { silent: true }),
  simple('ignore-signals', '14'),
  simple('ignore-sigterm', '31'),
  simple('nohup', '16'),
  simple('traced', '17'),
  simple('disguised', '18, 20'),
  simple('cleared-environment', '19'),
  simple('wiped-environment', '19'),
  simple('unmarked-daemon', '3, 19', { count: 10 }),
  simple('other-user', '21', { missing: NEEDS_ROOT }),
  simple('gained-privilege', '22', {
    around: AROUND.ordinaryUser,
    detail: ({ scene }) => setuidEscapee(scene),
  }),
  simple('reused-pid', '23', { stranger: 'leader', ...AMONG_STRANGERS }),
  simple('reused-pid', '24', { name: 'reused-group', stranger: 'group', ...AMONG_STRANGERS }),
  simple('hidden', '25', { name: 'hidden (hidepid=2)', around: AROUND.hidingProc, count: 8, mechanisms: NOT_GROUP }),
  simple('nested-namespace', '26', { silent: true }),
  simple('other-cgroup', '27', { missing: NEEDS_ROOT, detail: outside }),
  simple('unmarked-in-other-cgroup', '27', { missing: NEEDS_ROOT, detail: outside, count: 3 }),
  simple('own-cgroup', '28', { missing: NEEDS_ROOT, detail: nameOf }),
  simple('threaded-cgroup', '29', { missing: NEEDS_ROOT, detail: nameOf }),
  simple('frozen-cgroup', '30', { missing: NEEDS_ROOT, detail: nameOf, silent: true }),
  simple('guard-stopper', '33', { first: 'members act' }),
  simple('guard-killer', '34', { deaths: ['D4'], instead: 'members act' }),
  simple('setsid', '37', {
    name: 'owner-drops-rights',
    missing: NEEDS_ROOT,
    first: 'owner drops its rights',
    except: { D9: IN_WORKER_UNASKED },
  }),
  simple('descriptor-thief', '40', {
    except: { D10: 'who may take the owner\'s descriptors may also trace the owner: pidfd_getfd(2)' },
  }),
  simple('background-read', '43'),
  simple('broker', 'broker class', { detail: ({ scene }) => startBroker(scene) }),
  simple('setsid', 'no record', { name: 'unrecorded', around: AROUND.withoutHome }),
];

/** What a row has to do with a death: nothing, and why, or undefined. */
export function whyNotApplicable(row: Row, death: DeathCode, mechanism?: LinuxMechanism): string | undefined {
  if (row.deaths?.includes(death) === false) return 'it is this technique that brings the death of its column';
  if (mechanism !== undefined && row.mechanisms?.includes(mechanism) === false) return 'the mechanism needs what is missing';
  return row.except?.[death];
}

export async function escapeOf(row: Row, place: Place, root: 'stay' | 'told'): Promise<Escape> {
  const { technique, count = 1 } = row;
  return { technique, count, root, detail: (await row.detail?.(place)) ?? '' };
}
