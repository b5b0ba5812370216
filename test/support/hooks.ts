// Mocha's root hooks: fixtures compiled once, and nothing left behind by any test.

import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import { complainUnless, throwComplaints } from './complaints.js';
import { compileFixtures, removeFixtures } from './fixtures.js';
import { HOME, LeakCheck, endLeftovers, removeHome } from './leaks.js';
import { availableMechanisms } from './mechanisms.js';
import { enterOwnCgroup, leaveOwnCgroup } from './own-cgroup.js';

/** The first spawn of a process starts what is there once for all of them: the reaper and its pipe. */
async function warmUp(): Promise<void> {
  const child = spawnContained('true'); // with pipes: libuv keeps a descriptor in reserve from the first stream on
  await Promise.all([once(child, 'close'), child.tree.empty]);
}

let leaks: LeakCheck | undefined;

export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll() {
    process.env['HOLDFAST_HOME'] = HOME;
    compileFixtures();
    enterOwnCgroup();
    await warmUp();
    console.log(`mechanisms of this machine: ${availableMechanisms().join(', ')}`);
  },
  beforeEach() {
    leaks = new LeakCheck();
  },
  async afterEach(this: Mocha.Context) {
    const failed = this.currentTest?.state === 'failed'; // its processes have just been killed, guards and all
    if (!failed) await complainUnless(this.currentTest?.fullTitle(), async () => leaks?.nothingLeft());
    await endLeftovers();
  },
  afterAll() {
    removeFixtures();
    removeHome();
    leaveOwnCgroup();
    throwComplaints();
  },
};
