// Who may open what a tree has: its pipe and its record are this user's alone, by what Windows itself says of them.

import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { spawnContained } from '#lib/index.js';

import { HOME } from '../support/leaks.js';
import { itIf } from '../support/mechanisms.js';
import { oracle } from '../support/windows-oracle.js';

const UNIX_MODES = oracle?.lackedBy('makes the permissions of a directory from those of Unix');

/** The system itself may read every file (SDDL, "SY"). */
const OF_THE_SYSTEM = 'SY';

/** Who is named in the list of those who may, by SID. */
function trusteesOf(path: string): readonly string[] {
  const access = oracle?.access(path) ?? '';
  expect(access, path).to.match(/D:[A-Z]*(\([^)]*\))+$/);
  return [...access.matchAll(/\(A;[^)]*;([^;)]*)\)/g)].map(([, trustee = '']) => trustee);
}

describe('what a tree has on Windows may be opened by its user alone:', () => {
  const sid = oracle?.ownSid() ?? '';
  const start = () => spawnContained(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const run = (): string => join(HOME, 'run');

  it('the pipe', async () => {
    const child = start();

    const trustees = trusteesOf(`\\\\.\\pipe\\holdfast-${child.tree.id}`);

    expect(sid).to.match(/^S-1-/);
    expect(trustees).to.deep.equal([sid]);
    await child.tree.kill();
  });

  it('the record', async () => {
    const child = start();
    const record = readdirSync(run()).find((name) => name.includes(child.tree.id)) ?? 'none';

    const trustees = trusteesOf(join(run(), record));

    expect(trustees.filter((trustee) => trustee !== OF_THE_SYSTEM)).to.deep.equal([sid]);
    await child.tree.kill();
  });

  itIf(UNIX_MODES, 'the directory of records', () => {
    expect([...new Set(trusteesOf(run()))]).to.deep.equal([sid]);
  });
});
