// tree.terminate(): politely to every member, and hard to those who do not go.

import { expect } from 'chai';

import type { Technique } from '../support/cast.js';
import { contain, leaveFree } from '../support/contained.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

const POLITE: readonly Technique[] = ['plain', 'setsid', 'own-group', 'double-fork', 'stopped', 'cleared-environment'];
const STUBBORN: readonly Technique[] = ['ignore-sigterm', 'ignore-signals'];

describe('tree.terminate()', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const technique of POLITE) {
      it(`reaches a ${technique} member with SIGTERM`, async () => {
        const control = await leaveFree(scene(), { technique: 'plain' });
        const cast = scene().cast({ technique });
        const child = await contain(cast, { mechanism, whenRootExits: 'terminate' });

        const report = await child.tree.terminate({ grace: 10_000 });

        await cast.provenDead(control);
        expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 2, killed: 0, survivors: [] });
        expect(child.signalCode).to.equal('SIGTERM');
      });
    }

    for (const technique of STUBBORN) {
      it(`kills a ${technique} member after the grace`, async () => {
        const control = await leaveFree(scene(), { technique: 'plain' });
        const cast = scene().cast({ technique });
        const child = await contain(cast, { mechanism, whenRootExits: 'terminate' });

        const report = await child.tree.terminate({ grace: 100 });

        await cast.provenDead(control);
        expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 1, killed: 1, survivors: [] });
        expect(report.durationMs).to.be.at.least(100);
      });
    }

    it('reaches a member that is born during the grace', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'respawning-pair' });
      const child = await contain(cast, { mechanism, whenRootExits: 'terminate' });

      const report = await child.tree.terminate({ grace: 2000 });

      await cast.provenDead(control);
      expect(report.survivors).to.deep.equal([]);
    });

    it('sends the signal that was asked for', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'plain' });
      const child = await contain(cast, { mechanism, whenRootExits: 'terminate' });

      await child.tree.terminate({ signal: 'SIGUSR1', grace: 10_000 });

      await cast.provenDead(control);
      expect(child.signalCode).to.equal('SIGUSR1');
    });

    it('is what the end of `await using` does', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid' });
      const child = await contain(cast, { mechanism });

      await child.tree[Symbol.asyncDispose]();

      await cast.provenDead(control);
      expect((await child.tree.empty).reason).to.equal('terminate');
    });

    it('is overtaken by kill()', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'ignore-sigterm' });
      const child = await contain(cast, { mechanism, whenRootExits: 'terminate' });

      const polite = child.tree.terminate({ grace: 60_000 });
      await child.tree.kill();

      await cast.provenDead(control);
      expect((await polite).killed).to.be.at.least(1);
    });
  });
});
