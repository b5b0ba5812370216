// The table of docs/sync.md is the table of the code.

import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FLAVORS, REPLIES, meaningOf } from '#lib/tools/sync/http/flavors.js';

import { PROJECT_ROOT } from '../../support/project.js';

const NAMES = Object.keys(FLAVORS) as (keyof typeof FLAVORS)[];

function documented(): readonly (readonly string[])[] {
  const page = readFileSync(join(PROJECT_ROOT, 'docs', 'sync.md'), 'utf8');
  const table = /\| status \|[^]*?\n\n/.exec(page)?.[0] ?? '';
  return table.trim().split('\n').map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

describe('the table of flavors', () => {
  it('has every flavor and every status of the code', () => {
    const [head = [], , ...rows] = documented();
    const statuses = rows.flatMap(([cell = '']) => cell.split(', ').map(Number));
    const tables = [REPLIES, ...NAMES.map((name) => FLAVORS[name].replies)];
    const known = tables.flatMap((replies) => Object.keys(replies).map(Number));

    expect(head.slice(1)).to.deep.equal(NAMES);
    expect(statuses.sort()).to.deep.equal([...new Set([...known, 500])].sort());
  });

  it('says of every status what the code makes of it', () => {
    const [, , ...rows] = documented();

    const said = rows.flatMap(([cell = '', generic = '', ...others]) =>
      cell.split(', ').map((status) => [status, generic, ...others.map((meaning) => (meaning === '' ? generic : meaning))]),
    );

    expect(said).to.have.length.greaterThan(10);
    expect(said).to.deep.equal(
      said.map(([status = '']) => [status, ...NAMES.map((name) => meaningOf(Number(status), FLAVORS[name]))]),
    );
  });

  it('says of statuses that it does not name what the page says', () => {
    expect(meaningOf(418, FLAVORS.generic)).to.equal('misconfigured');
    expect(meaningOf(301, FLAVORS.s3)).to.equal('misconfigured');
    expect(meaningOf(599, FLAVORS.couchdb)).to.equal('later');
  });
});
