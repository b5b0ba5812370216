// A guard's program that exists and does not run. In place the root is started before that shows:
// the owner ends what it started, without any program of ours.

import { expect } from 'chai';
import { writeFileSync } from 'node:fs';

import { spawnContained } from '#lib/index.js';
import { binding } from '#lib/addon/load.js';

import { leaveFree } from '../support/contained.js';
import { guards, records } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { processesNaming } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';

const ROUNDS = amountOf({ usually: 15, thoroughly: 50 });
const LONG_ARGUMENT = 120_000; // bytes; the kernel takes 131072 (MAX_ARG_STRLEN)

describe('a guard whose program does not run', () => {
  const scene = useScene();
  const native = binding();
  const launchTree = native.launchTree.bind(native);

  beforeEach(() => {
    const guardPath = scene().path('holdfast-guard');
    writeFileSync(guardPath, 'no program\n', { mode: 0o755 });
    native.launchTree = (start) => launchTree({ ...start, guardPath });
  });
  afterEach(() => {
    native.launchTree = launchTree;
  });

  forEachMechanism((mechanism) => {
    it('leaves nothing of the tree', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const before = records();
      const word = scene().path('of-the-tree');
      const script = 'while :; do sh -c "sleep 1000; :" "$0" & sleep 0.001; done';

      const child = spawnContained('/bin/sh', ['-c', script, word], { stdio: 'ignore', containment: { mechanism } });
      const report = await child.tree.empty;

      expect(report).to.deep.include({ reason: 'guard-died', survivors: [] });
      expect(processesNaming(word)).to.deep.equal([]);
      await control.provenAlive();
      expect(guards()).to.deep.equal([]);
      expect(records()).to.deep.equal(before);
    });

    // Such a process shows no mark: its environment is gone and the next is not set yet. With long arguments it takes
    // longer: without a wait for it about one tree in ten leaves somebody.
    it('leaves nobody who was turning into another program', async () => {
      const script = 'while :; do sh -c "sleep 1000; :" "$0" & done';
      for (let round = 0; round < ROUNDS; round += 1) {
        const word = scene().path(`round-${round}-`).padEnd(LONG_ARGUMENT, 'x');

        const child = spawnContained('/bin/sh', ['-c', script, word], { stdio: 'ignore', containment: { mechanism } });

        expect(await child.tree.empty).to.deep.include({ reason: 'guard-died', survivors: [] });
        expect(processesNaming(word)).to.deep.equal([]);
      }
    });
  });
});
