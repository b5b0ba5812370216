// The committed tables say what the code says: the same rows and columns, and open only where the code names a route.
// What this machine can do does not matter here.

import { expect } from 'chai';

import type { EscapeRoute } from '#lib/index.js';

import type { LinuxMechanism } from '../support/mechanisms.js';
import type { Cell } from './cell.js';
import { DEATHS } from './deaths.js';
import { OPENINGS, openingOf } from './promises.js';
import { unshownRoutes } from './routes.js';
import { ROWS, whyNotApplicable } from './rows.js';
import { TABLE_MECHANISMS, generatedSection, readTables } from './table.js';
import { boundBy, sample } from './trials.js';

describe('the tables of the gauntlet', () => {
  const lines = readTables(generatedSection('gauntlet'));

  it('have a line for each technique and mechanism, and a column for each death', () => {
    const expected = TABLE_MECHANISMS.flatMap((mechanism) =>
      ROWS.map(({ name, scenarios }) => [mechanism, name, scenarios]),
    );

    expect(lines.map(({ mechanism, row, scenarios }) => [mechanism, row, scenarios])).to.deep.equal(expected);
    expect(lines.filter(({ cells }) => cells.length !== DEATHS.length)).to.deep.equal([]);
  });

  it('say of each cell only what the code allows', () => {
    const wrong = lines.flatMap(({ mechanism, row: name, cells }) => {
      const row = ROWS.find((one) => one.name === name);
      return DEATHS.flatMap(({ code }, index) => {
        if (row === undefined) return [`${name} is no technique`];
        const allowed = allowedIn(mechanism as LinuxMechanism, row, code);
        const said = cells[index] ?? '';
        return allowed.includes(said) ? [] : [`${mechanism}, ${name}, ${code}: '${said}', allowed: ${allowed.join(', ')}`];
      });
    });

    expect(wrong).to.deep.equal([]);
  });

  it('show every opening of the code at least once', () => {
    const unused = OPENINGS.filter(
      ({ route, mechanisms = TABLE_MECHANISMS }) =>
        !mechanisms.some((mechanism) =>
          lines.some((line) => line.mechanism === mechanism && line.cells.includes(`escapes: ${route}`)),
        ),
    );

    expect(unused).to.deep.equal([]);
  });

  it('are refused when a tree names a route that no cell shows open', () => {
    const cell = (named: readonly string[], route?: EscapeRoute): Cell => ({
      row: 'plain',
      death: 'D1',
      way: 'SIGKILL',
      holder: 'subreaper',
      outcome: route === undefined ? 'dead' : 'escapes',
      named,
      milliseconds: 1,
      ...(route === undefined ? {} : { route }),
    });

    expect(unshownRoutes([cell(['broker', 'guard-killed']), cell(['broker'], 'broker')])).to.deep.equal(['subreaper: guard-killed']);
  });
});

describe('the sample of the gauntlet', () => {
  it('has every technique once, and every death', () => {
    const trials = sample().filter(({ way }) => way.missing === undefined);

    expect(trials.map(({ row }) => row.name)).to.deep.equal(ROWS.map(({ name }) => name));
    expect(new Set(trials.map(({ death }) => death.code))).to.deep.equal(new Set(DEATHS.map(({ code }) => code)));
  });

  it('tries each technique under a death that binds as many mechanisms as any', () => {
    const weak = sample().filter(
      ({ row, death, way }) =>
        way.missing === undefined && DEATHS.some(({ code }) => boundBy(row, code) > boundBy(row, death.code)),
    );

    expect(weak.map(({ row, death }) => `${row.name}, ${death.code}`)).to.deep.equal([]);
  });

  it('shows every way that cannot be tried here', () => {
    const untriable = DEATHS.flatMap(({ ways }) => ways).filter(({ missing }) => missing !== undefined);

    expect(sample().map(({ way }) => way)).to.include.members(untriable);
  });
});

function allowedIn(mechanism: LinuxMechanism, row: (typeof ROWS)[number], code: (typeof DEATHS)[number]['code']): string[] {
  if (whyNotApplicable(row, code, mechanism) !== undefined) return ['-'];
  const opening = openingOf(row.name, code, mechanism);
  if (code !== 'D8') return ['not run here', 'dead', ...(opening === undefined ? [] : [`escapes: ${opening}`])];
  const afterwards = openingOf(row.name, 'D1', mechanism);
  return ['not run here', 'lives', ...(afterwards === undefined ? [] : [`escapes: ${afterwards}`])];
}
