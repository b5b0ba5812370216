// Mocha's root hooks: fixtures compiled once, and nothing left behind by any test.

import { complainUnless, throwComplaints } from './complaints.js';
import { compileFixtures, removeFixtures } from './fixtures.js';
import { HOME, LeakCheck, endLeftovers, removeHome } from './leaks.js';
import { availableMechanisms } from './mechanisms.js';
import { enterOwnCgroup, leaveOwnCgroup } from './own-cgroup.js';

let leaks: LeakCheck | undefined;

export const mochaHooks: Mocha.RootHookObject = {
  beforeAll() {
    process.env['HOLDFAST_HOME'] = HOME;
    compileFixtures();
    enterOwnCgroup();
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
