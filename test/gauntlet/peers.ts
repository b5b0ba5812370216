// Whoever else starts programs and promises to end them, tried with the same techniques, deaths and oracle.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Peer } from '../fixtures/owner.js';
import type { Cast } from '../support/cast.js';
import { PATIENCE_MS } from '../support/eventually.js';
import { PROJECT_ROOT } from '../support/project.js';
import type { Attempt, Holder } from './attempt.js';
import { CACHE } from './cache.js';
import { DYING_MS, comesTrue, tryOut, withControl, type Cell, type Trial, type Verdict } from './cell.js';
import { DEATHS, type DeathCode } from './deaths.js';
import { ROWS, whyNotApplicable, type Row } from './rows.js';

export interface PeerEntry {
  readonly name: string;
  readonly version: string;
  readonly holder: Exclude<Holder, undefined>;
  /** Whether a process stands between the owner and the root, that could be killed together with the owner. */
  readonly wraps: boolean;
}

const PEER_DEATHS: readonly DeathCode[] = ['D1', 'D2', 'D3', 'D5', 'D6', 'D7'];
const EXECA = join(CACHE, 'node_modules', 'execa');

function versionIn(directory: string): string {
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
  return version;
}

interface How {
  readonly wrapper?: readonly string[];
  readonly detached?: boolean;
}

function by(name: string, version: string, peer: Peer = {}, { wrapper = [], detached = false }: How = {}): PeerEntry {
  const holder = { peer, wrapper, detached };
  return { name, version, holder, wraps: wrapper.length > 0 && wrapper[0] !== 'setpriv' };
}

/** A program that is installed and runs another one. */
function wrappers(): PeerEntry[] {
  const known: readonly (readonly string[])[] = [
    ['setpriv', '--pdeathsig', 'KILL', '--'],
    ['tini', '-s', '-g', '-p', 'SIGKILL', '--'],
    ['bwrap', '--dev-bind', '/', '/', '--unshare-pid', '--die-with-parent', '--'],
  ];
  return known.flatMap((wrapper) => {
    const [program = '', ...words] = wrapper;
    if (spawnSync(program, [...words, 'true']).status !== 0) return [];
    const told = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout;
    return [by(wrapper.slice(0, -1).join(' '), /\d[\w.]*/.exec(told)?.[0] ?? '?', {}, { wrapper })];
  });
}

export function installedPeers(): PeerEntry[] {
  const node = process.version;
  const treeKill = versionIn(join(PROJECT_ROOT, 'node_modules', 'tree-kill'));
  const execa = existsSync(EXECA) ? [by('execa', versionIn(EXECA), { execa: join(EXECA, 'index.js') })] : [];
  return [
    by('child_process.spawn, child.kill()', node),
    by('child_process.spawn detached, kill(-pid)', node, { killer: 'group' }, { detached: true }),
    by('tree-kill', treeKill, { killer: 'tree-kill' }),
    ...execa,
    ...wrappers(),
  ];
}

/** Those that need nothing which only holdfast has. */
export const PEER_ROWS: readonly Row[] = ROWS.filter(
  ({ around, first, instead, stranger }) => around === undefined && (first ?? instead ?? stranger) === undefined,
);

/** Always by the strongest word that a peer has: `kill('SIGKILL')`. */
export function peerTrials(): Trial[] {
  const deaths = DEATHS.filter(({ code }) => PEER_DEATHS.includes(code));
  return PEER_ROWS.flatMap((row) =>
    deaths.flatMap((death) => {
      const [way] = death.ways;
      const missing = row.missing ?? whyNotApplicable(row, death.code);
      return way === undefined || missing !== undefined ? [] : [{ row, death, way }];
    }),
  );
}

/** One technique under one death, for every peer. */
export async function runPeerTrial(trial: Trial, peers: readonly PeerEntry[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  await withControl(trial, async (witness) => {
    for (const peer of peers) cells.push(await runPeerCell(trial, peer, witness));
  });
  return cells;
}

async function runPeerCell(trial: Trial, peer: PeerEntry, witness: Cast): Promise<Cell> {
  const { row, death, way } = trial;
  const begun = performance.now();
  const applicable = death.code !== 'D5' || peer.wraps;
  const verdict: Verdict = applicable ? await tryOut(trial, peer.holder, (attempt) => judge(attempt, witness)) : { outcome: '-' };
  const milliseconds = Math.round(performance.now() - begun);
  return { row: row.name, death: death.code, way: way.name, holder: peer.name, milliseconds, ...verdict };
}

async function judge(attempt: Attempt, witness: Cast): Promise<Verdict> {
  await attempt.bringDeath();
  const isDead = await comesTrue(attempt.cast.provenDead(witness, DYING_MS));
  return { outcome: isDead ? 'dead' : 'LEAKS' };
}

const PATIENCE =
  `Members of a peer count as alive ${DYING_MS / 1000} s after the end, unless they are proven dead by then. Those of ` +
  `holdfast have up to ${PATIENCE_MS / 1000} s for each step of the proof.`;

/** How many of the techniques each leaves alive. The first lines are holdfast's, from the same run. */
export function peerTable(cells: readonly Cell[], versions: ReadonlyMap<string, string>): string {
  const names = new Set(PEER_ROWS.map(({ name }) => name));
  const lines = [...versions].map(([holder, version]) => {
    const counts = PEER_DEATHS.map((code) => {
      const of = cells.filter((cell) => cell.holder === holder && cell.death === code && names.has(cell.row));
      const tried = of.filter(({ outcome }) => ['dead', 'escapes', 'LEAKS'].includes(outcome));
      const alive = tried.filter(({ outcome }) => outcome !== 'dead');
      return tried.length === 0 ? '-' : `${alive.length} of ${tried.length}`;
    });
    return `| ${[holder, version, ...counts].join(' | ')} |`;
  });
  const header = ['held by', 'version', ...PEER_DEATHS];
  const table = [`| ${header.join(' | ')} |`, `| ${header.map(() => '---').join(' | ')} |`, ...lines].join('\n');
  return `${table}\n\n${PATIENCE}`;
}
