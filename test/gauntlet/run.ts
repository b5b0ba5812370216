// Runs trials several at a time and prints each verdict as it comes.

import { whyUnavailable, type LinuxMechanism } from '../support/mechanisms.js';
import { runTrial, type Cell, type Trial } from './cell.js';
import { peerTrials, runPeerTrial, type PeerEntry } from './peers.js';
import { shown } from './table.js';
import type { Interruption } from './interruption.js';

export interface Run {
  readonly jobs: number;
  readonly interruption: Interruption;
}

/** Several workers take trials from one list until it is empty. */
async function inParallel(
  { jobs, interruption }: Run,
  trials: readonly Trial[],
  perform: (trial: Trial, progress: () => string) => Promise<Cell[]>,
): Promise<Cell[]> {
  const queue = [...trials];
  const cells: Cell[] = [];
  let done = 0;
  const progress = (): string => `[${++done}/${trials.length}]`;
  const work = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined && !interruption.come; trial = queue.shift()) {
      cells.push(...(await perform(trial, progress)));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return cells;
}

/** An attempt that did not come about proves nothing, so it is made once more at the end; a leak is not. */
export async function runMatrix(
  run: Run,
  trials: readonly Trial[],
  mechanisms: readonly LinuxMechanism[],
): Promise<Cell[]> {
  const cells = await runTrials(run, trials, mechanisms);
  const isBroken = ({ outcome }: Cell): boolean => outcome === 'BROKEN';
  const again = trials.filter((trial) => cells.some((cell) => isBroken(cell) && isOf(cell, trial)));
  if (again.length === 0) return cells;
  console.log(`once more: ${again.length} trials that did not come about`);
  const kept = cells.filter((cell) => !isBroken(cell));
  const repeated = await runTrials({ ...run, jobs: 1 }, again, mechanisms);
  const wasBroken = (cell: Cell): boolean => cells.some((one) => isBroken(one) && isSame(one, cell));
  return [...kept, ...repeated.filter(wasBroken)];
}

function isOf(cell: Cell, { row, death, way }: Trial): boolean {
  return cell.row === row.name && cell.death === death.code && cell.way === way.name;
}

function isSame(one: Cell, other: Cell): boolean {
  return one.row === other.row && one.death === other.death && one.way === other.way && one.holder === other.holder;
}

function runTrials(run: Run, trials: readonly Trial[], mechanisms: readonly LinuxMechanism[]): Promise<Cell[]> {
  return inParallel(run, trials, async (trial, progress) => {
    const { row, death, way } = trial;
    const cells = await runTrial(trial, mechanisms);
    const verdicts = cells.map((cell) => `${cell.holder} ${shown(cell)}`);
    console.log(`${progress()} ${death.code} ${row.name} by ${way.name}: ${verdicts.join(', ')}`);
    for (const { holder, why } of cells.filter(hasFailed)) console.log(`    ${holder}: ${why ?? ''}`);
    return cells;
  });
}

export function runPeers(run: Run, peers: readonly PeerEntry[]): Promise<Cell[]> {
  return inParallel(run, peerTrials(), async (trial, progress) => {
    const cells = await runPeerTrial(trial, peers);
    const alive = cells.filter(({ outcome }) => outcome === 'LEAKS').map(({ holder }) => holder);
    console.log(`${progress()} ${trial.death.code} ${trial.row.name} outlives: ${alive.join(', ') || 'nobody'}`);
    return cells;
  });
}

export function hasFailed({ outcome }: Cell): boolean {
  return outcome === 'LEAKS' || outcome === 'BROKEN';
}

export function summarise(cells: readonly Cell[]): void {
  for (const holder of new Set(cells.map((cell) => cell.holder))) {
    const counts = new Map<string, number>();
    for (const cell of cells.filter((one) => one.holder === holder)) {
      counts.set(cell.outcome, (counts.get(cell.outcome) ?? 0) + 1);
    }
    console.log(`${holder}: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`);
  }
  const missing = cells.filter(({ outcome }) => outcome === 'not run here');
  const reasons = new Set(missing.map(({ row, holder, why }) => `${row}, ${holder}: ${why ?? ''}`));
  for (const reason of reasons) console.log(`not run here: ${reason}`);
}

/** Who is in the tables, with what version. */
export function versionsOf(
  mechanisms: readonly LinuxMechanism[],
  peers: readonly PeerEntry[],
  own: string,
): ReadonlyMap<string, string> {
  const available = mechanisms.filter((mechanism) => whyUnavailable(mechanism) === undefined);
  return new Map([
    ...available.map((mechanism) => [mechanism, `holdfast ${own}`] as const),
    ...peers.map(({ name, version }) => [name, version] as const),
  ]);
}
