// Which trials a run consists of: the whole matrix, or the subset that every technique and every death passes through
// at least once.

import type { LinuxMechanism } from '../support/mechanisms.js';
import type { Trial } from './cell.js';
import { DEATHS, type Death, type DeathCode, type Way } from './deaths.js';
import { openingOf } from './promises.js';
import { ROWS, whyNotApplicable, type Row } from './rows.js';
import { TABLE_MECHANISMS } from './table.js';

export interface Selection {
  readonly technique?: string | undefined;
  readonly death?: string | undefined;
  /** Every way of each death, not one that changes from row to row. */
  readonly allWays?: boolean | undefined;
}

function waysFor(row: Row, { ways }: Death, all: boolean): readonly Way[] {
  const possible = ways.filter(({ missing }) => missing === undefined);
  if (all || possible.length === 0) return ways;
  const way = possible[ROWS.indexOf(row) % possible.length];
  return way === undefined ? [] : [way];
}

export function matrix({ technique, death: code, allWays = false }: Selection = {}): Trial[] {
  const rows = ROWS.filter(({ name }) => technique === undefined || name === technique);
  const deaths = DEATHS.filter((death) => code === undefined || death.code === code);
  return rows.flatMap((row) =>
    deaths.flatMap((death) => waysFor(row, death, allWays).map((way) => ({ row, death, way }))),
  );
}

/**
 * Each technique once, under a death that as many mechanisms as possible have to bring to it, and each death again and
 * again among them. The ways that cannot be tried here follow, for their reasons.
 */
export function sample(): Trial[] {
  const taken: Death[] = [];
  const trials = ROWS.map((row) => {
    const death = leastTaken(tellingDeaths(row), taken);
    const [way] = waysFor(row, death, false);
    if (way === undefined) throw new Error(`${death.code} comes in no way`);
    taken.push(death);
    return { row, death, way };
  });
  return [...trials, ...untriable()];
}

/** How many mechanisms have to bring this death to all of a row. */
export function boundBy(row: Row, code: DeathCode): number {
  const ending = code === 'D8' ? 'D1' : code; // what ends a stopped owner after all
  const binds = (mechanism: LinuxMechanism): boolean =>
    whyNotApplicable(row, code, mechanism) === undefined && openingOf(row.name, ending, mechanism) === undefined;
  return TABLE_MECHANISMS.filter(binds).length;
}

function tellingDeaths(row: Row): Death[] {
  const applicable = DEATHS.filter(({ code }) => whyNotApplicable(row, code) === undefined);
  const most = Math.max(...applicable.map(({ code }) => boundBy(row, code)));
  return applicable.filter(({ code }) => boundBy(row, code) === most);
}

function leastTaken(deaths: readonly Death[], taken: readonly Death[]): Death {
  const times = (death: Death): number => taken.filter((one) => one === death).length;
  const [first] = [...deaths].sort((left, right) => times(left) - times(right));
  if (first === undefined) throw new Error('a row goes with no death');
  return first;
}

function untriable(): Trial[] {
  const [row] = ROWS;
  if (row === undefined) return [];
  return DEATHS.flatMap((death) =>
    death.ways.filter(({ missing }) => missing !== undefined).map((way) => ({ row, death, way })),
  );
}
