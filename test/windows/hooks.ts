// Mocha's root hooks on Windows: what was left behind makes the run fail.

import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import { complainUnless, throwComplaints } from '../support/complaints.js';
import { eventually } from '../support/eventually.js';
import { makeHome, records, removeHome } from '../support/leaks.js';

export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll() {
    makeHome();
    // The first spawn of a process starts what is there once for all of them.
    const child = spawnContained(process.execPath, ['-e', '']);
    await Promise.all([once(child, 'close'), child.tree.empty]);
  },
  async afterAll() {
    await complainUnless('all tests', async () => {
      await eventually('no record is left', () => records().length === 0);
    });
    removeHome();
    throwComplaints();
  },
};
