// options.timeout ends the tree, also while the event loop is blocked or the owner is stopped.

import { expect } from 'chai';

import { contain, leaveFree } from '../support/contained.js';
import { PATIENCE_MS } from '../support/eventually.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';

/** Lets nothing else of this process run until the fact is there. */
function blockUntil(fact: () => boolean): void {
  const deadline = performance.now() + PATIENCE_MS;
  while (!fact()) if (performance.now() > deadline) throw new Error('nothing ended while the event loop was blocked');
}

describe('a timeout', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('ends the tree politely, then hard', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'ignore-sigterm' });
      const child = await contain(cast, { mechanism, grace: 100, whenRootExits: 'terminate' }, { timeout: 300 });

      const report = await child.tree.empty;

      await cast.provenDead(control);
      expect(report).to.deep.include({ reason: 'timeout', endedPolitely: 1, killed: 1, survivors: [] });
      expect(child.killed).to.equal(true);
      expect(child.signalCode).to.equal('SIGTERM');
    });

    it('skips the grace with killSignal SIGKILL', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid' });
      const terms = { mechanism, grace: 60_000 } as const;
      const child = await contain(cast, terms, { timeout: 300, killSignal: 'SIGKILL' });

      const report = await child.tree.empty;

      await cast.provenDead(control);
      expect(report).to.deep.include({ reason: 'timeout', endedPolitely: 0, killed: 2 });
      expect(child.signalCode).to.equal('SIGKILL');
    });

    it('fires while the event loop is blocked', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'double-fork' });
      const child = await contain(cast, { mechanism }, { timeout: 300 });

      blockUntil(() => cast.living().length === 0);

      await cast.provenDead(control);
      expect((await child.tree.empty).reason).to.equal('timeout');
    });

    it('fires while the owner is stopped', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid' });
      const owner = await startOwner(scene(), cast, { containment: { mechanism }, options: { timeout: 1000 } });

      await owner.come('SIGSTOP');

      await cast.provenDead(control);
      await owner.come('SIGKILL');
    });

    it('does not end a tree whose root exits in time', async () => {
      const cast = scene().cast({ technique: 'plain', root: 'exit' });
      const child = await contain(cast, { mechanism }, { timeout: 60_000 });

      expect((await child.tree.empty).reason).to.equal('root-exited');
      expect(child.exitCode).to.equal(7);
    });
  });
});
