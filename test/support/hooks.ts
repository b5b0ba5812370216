// Mocha's root hooks: fixtures compiled once, and nothing left behind by any test.

import { compileFixtures, removeFixtures } from './fixtures.js';
import { HOME, LeakCheck, endGuards, removeHome } from './leaks.js';
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
  async afterEach() {
    try {
      await leaks?.nothingLeft();
    } finally {
      await endGuards();
    }
  },
  afterAll() {
    removeFixtures();
    removeHome();
    leaveOwnCgroup();
  },
};
