// A guard's program that exists and does not run. In place the root is started before that shows:
// the owner ends what it started, without any program of ours.

import { expect } from 'chai';
import { writeFileSync } from 'node:fs';

import { spawnContained } from '#lib/index.js';
import { binding } from '#lib/native/load-binding.js';

import { leaveFree } from '../support/contained.js';
import { guards, records } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { processesNaming } from '../support/proc.js';
import { useScene } from '../support/scene.js';

describe('a guard whose program does not run', () => {
  const scene = useScene();
  const native = binding();
  const startGuard = native.startGuard.bind(native);

  beforeEach(() => {
    const guardPath = scene().path('holdfast-guard');
    writeFileSync(guardPath, 'no program\n', { mode: 0o755 });
    native.startGuard = (start) => startGuard({ ...start, guardPath });
  });
  afterEach(() => {
    native.startGuard = startGuard;
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
  });
});
