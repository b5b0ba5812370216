// Mocha's root hooks: fixtures compiled once for a run, and nothing left behind by any test. With several workers the
// hooks around all tests run around each file.

import { removeTemporaryFiles, temporaryFiles } from './run-directory.js';

import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import { complainUnless, throwComplaints } from './complaints.js';
import { eventually } from './eventually.js';
import { compileFixtures } from './fixtures.js';
import { LeakCheck, endLeftovers, makeHome, removeHome } from './leaks.js';
import { availableMechanisms } from './mechanisms.js';
import { enterOwnCgroup, leaveOwnCgroup, removeAbandonedCgroups } from './own-cgroup.js';

/** The first spawn of a process starts what is there once for all of them: the reaper and its pipe. */
async function warmUp(): Promise<void> {
  const child = spawnContained('true'); // with pipes: libuv keeps a descriptor in reserve from the first stream on
  await Promise.all([once(child, 'close'), child.tree.empty]);
}

let leaks: LeakCheck | undefined;

export function mochaGlobalSetup(): void {
  compileFixtures();
  removeAbandonedCgroups();
  console.log(`mechanisms of this machine: ${availableMechanisms().join(', ')}`);
}

export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll() {
    makeHome();
    enterOwnCgroup();
    await warmUp();
  },
  beforeEach() {
    leaks = new LeakCheck();
  },
  async afterEach(this: Mocha.Context) {
    const failed = this.currentTest?.state === 'failed'; // its processes have just been killed, guards and all
    if (!failed) await complainUnless(this.currentTest?.fullTitle(), async () => leaks?.nothingLeft());
    await endLeftovers();
    leaks?.removeNewFiles();
  },
  async afterAll() {
    removeHome();
    await complainUnless('all tests', leaveOwnCgroup);
    await complainUnless('all tests', async () => {
      await eventually(`no temporary file is left: ${temporaryFiles().join(', ')}`, () => temporaryFiles().length === 0);
    });
    removeTemporaryFiles();
    throwComplaints();
  },
};
