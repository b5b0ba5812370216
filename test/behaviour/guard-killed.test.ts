// SIGKILL of a guard while its owner lives: the addon notices, ends what is left, and says so.

import { expect } from 'chai';

import type { Technique } from '../support/cast.js';
import { contain, leaveFree } from '../support/contained.js';
import { guardsBelow } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { isAlive } from '../support/proc.js';
import { endProcesses, useScene } from '../support/scene.js';

const TECHNIQUES: readonly Technique[] = ['plain', 'setsid', 'double-fork', 'stopped', 'ignore-signals'];

describe('the death of the guard', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const technique of TECHNIQUES) {
      it(`leaves no ${technique} member`, async () => {
        const control = await leaveFree(scene(), { technique });
        const cast = scene().cast({ technique });
        const child = await contain(cast, { mechanism });
        const all = await guardsBelow(process.pid);

        await endProcesses(() => all.filter(isAlive));
        const report = await child.tree.empty;

        await cast.provenDead(control);
        expect(report).to.deep.include({ reason: 'guard-died', survivors: [] });
        expect(child.signalCode ?? child.exitCode).to.not.equal(null);
      });
    }
  });
});
