// Which cell of the gauntlet is open by which escape route. Every other cell has to be dead, and every route has to be
// shown alive by one cell at least: what cannot be shown open is a lie, too.

import type { EscapeRoute } from '#lib/index.js';

import type { LinuxMechanism } from '../support/mechanisms.js';
import type { DeathCode } from './deaths.js';

interface Opening {
  readonly route: EscapeRoute;
  /** By name; all when there are none. */
  readonly rows?: readonly string[];
  readonly deaths?: readonly DeathCode[];
  readonly mechanisms?: readonly LinuxMechanism[];
}

const UNHELD: readonly LinuxMechanism[] = ['cgroup', 'subreaper', 'group'];

/** The first that fits counts. */
export const OPENINGS: readonly Opening[] = [
  { route: 'broker', rows: ['broker'] },
  { route: 'unrecorded', rows: ['unrecorded'], deaths: ['D5'], mechanisms: UNHELD },
  { route: 'owner-and-guard-killed', deaths: ['D5'], mechanisms: UNHELD },
  // Dead or stopped owners let a stopped guard go on, and so do their requests; its own clock and its root do not.
  { route: 'guard-killed', rows: ['guard-stopper'], deaths: ['D7', 'D10'], mechanisms: UNHELD },
  { route: 'guard-killed', rows: ['unmarked-daemon', 'hydra', 'storm'], deaths: ['D4'], mechanisms: ['subreaper', 'group'] },
  { route: 'guard-killed', rows: ['unmarked-in-other-cgroup'], deaths: ['D4'], mechanisms: UNHELD },
  // Who has given its rights away cannot end in the guard's place what has kept them.
  { route: 'guard-killed', rows: ['owner-drops-rights'], deaths: ['D4'], mechanisms: UNHELD },
  { route: 'hidden-proc', rows: ['hidden (hidepid=2)'], deaths: ['D4'], mechanisms: ['subreaper'] },
  { route: 'gained-privilege', rows: ['gained-privilege'], mechanisms: ['subreaper', 'group'] },
  // The storm of root is another user's (RLIMIT_NPROC does not bind root), and the mark of another proves nothing.
  {
    route: 'fast-double-fork',
    rows: ['hydra', 'storm', 'unmarked-daemon', 'unmarked-in-other-cgroup'],
    mechanisms: ['group'],
  },
  // No mark, or the mark of another user or cgroup, which proves nothing: only the root shows whose they are. When it
  // exits before anybody has looked, they are lost.
  {
    route: 'fast-double-fork',
    rows: [
      'cleared-environment',
      'wiped-environment',
      'other-user',
      'other-cgroup',
      'own-cgroup',
      'threaded-cgroup',
      'frozen-cgroup',
    ],
    deaths: ['D7'],
    mechanisms: ['group'],
  },
];

function fits<Value>(allowed: readonly Value[] | undefined, value: Value): boolean {
  return allowed === undefined || allowed.includes(value);
}

/** The route by which a member may be alive in this cell; nothing: it has to be dead. */
export function openingOf(row: string, death: DeathCode, mechanism: LinuxMechanism): EscapeRoute | undefined {
  if (death === 'D8') return undefined;
  const opening = OPENINGS.find(
    ({ rows, deaths, mechanisms }) => fits(rows, row) && fits(deaths, death) && fits(mechanisms, mechanism),
  );
  return opening?.route;
}
