// With `owner` given, only the death of that process ends the tree; that of the spawner does not.

import { expect } from 'chai';

import { contain, leaveFree } from '../support/contained.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';

describe('a tree with another owner', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('ends with that owner', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const other = scene().control({ technique: 'nothing', count: 0 });
      const uncontained = await scene().startUncontained(other, other.argv);
      const { owner } = uncontained;
      const cast = scene().cast({ technique: 'setsid' });
      const named = { pid: owner.pid, startTime: BigInt(owner.startTime) };
      const child = await contain(cast, { mechanism, owner: named });

      await uncontained.killOwner();
      const report = await child.tree.empty;

      await cast.provenDead(control);
      expect(report).to.deep.include({ reason: 'owner-died', survivors: [] });
      expect(child.tree.owner).to.deep.equal(named);
    });

    it('outlives its spawner', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const other = scene().control({ technique: 'nothing', count: 0 });
      const uncontained = await scene().startUncontained(other, other.argv);
      const { owner } = uncontained;
      const cast = scene().cast({ technique: 'setsid' });
      const named = { pid: owner.pid };
      const spawner = await startOwner(scene(), cast, { containment: { mechanism, owner: named } });

      await spawner.come('SIGKILL');
      await spawner.ended();
      await cast.provenAlive();
      await uncontained.killOwner();

      await cast.provenDead(control);
    });
  });
});
