// Owner and guard killed in the same instant: `namespace` ends the tree all the same; the other
// mechanisms have no code left to run, and their `escapable` says so beforehand.

import { expect } from 'chai';

import { contain, leaveFree } from '../support/contained.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { isAlive } from '../support/proc.js';
import { endProcesses, useScene } from '../support/scene.js';
import type { Technique } from '../support/cast.js';

const TECHNIQUES: readonly Technique[] = ['plain', 'setsid', 'double-fork', 'ignore-signals', 'stopped', 'daemon'];

describe('owner and guard killed together', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    if (mechanism !== 'namespace') {
      it('is named as an open route', async () => {
        const cast = scene().cast({ technique: 'plain' });
        const child = await contain(cast, { mechanism });

        expect(child.tree.escapable).to.include('owner-and-guard-killed').and.include('broker');
        await child.tree.kill();
      });
      return;
    }

    for (const technique of TECHNIQUES) {
      it(`leave no ${technique} member`, async () => {
        const control = await leaveFree(scene(), { technique });
        const cast = scene().cast({ technique });
        const owner = await startOwner(scene(), cast, { containment: { strict: true } });
        const both = [await owner.guard(), owner.identity]; // and not its init: the kernel has to end that

        await endProcesses(() => both.filter(isAlive));

        await cast.provenDead(control);
        await control.provenAlive();
        await abandonedTreeMayRemain();
      });
    }

    it('leave `broker` as the only open route', async () => {
      const cast = scene().cast({ technique: 'plain' });
      const child = await contain(cast, { strict: true });

      expect(child.tree.mechanism).to.equal('namespace');
      expect(child.tree.escapable).to.deep.equal(['broker']);
      await child.tree.kill();
    });
  });
});
