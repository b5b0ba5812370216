// tree.kill() ends every member, whatever it did to leave, and proves it.

import { expect } from 'chai';

import { ESCAPES, contain, leaveFree, titleOf } from '../support/contained.js';
import { forEachMechanism, itIf, whyOpen } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

describe('tree.kill()', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const escape of ESCAPES) {
      itIf(escape.missing ?? whyOpen(mechanism, escape.technique), `ends ${titleOf(escape)}`, async () => {
        const control = await leaveFree(scene(), escape);
        const cast = scene().cast(escape);
        const child = await contain(cast, { mechanism });

        const report = await child.tree.kill();

        await cast.provenDead(control);
        await control.provenAlive();
        expect(report).to.deep.include({ reason: 'kill', survivors: [] });
        expect(await child.tree.empty).to.equal(report);
      });
    }

    it('ends a detached root whose member holds no descriptor', async () => {
      const control = await leaveFree(scene(), { technique: 'daemon' });
      const cast = scene().cast({ technique: 'daemon' });
      const child = await contain(cast, { mechanism }, { detached: true });

      await child.tree.kill();

      await cast.provenDead(control);
    });

    it('counts whom it killed', async () => {
      const cast = scene().cast({ technique: 'setsid', count: 3 });
      const child = await contain(cast, { mechanism });

      expect((await child.tree.kill()).killed).to.equal(4);
    });

    it('may be called again and after the end', async () => {
      const cast = scene().cast({ technique: 'plain' });
      const child = await contain(cast, { mechanism });

      const reports = await Promise.all([child.tree.kill(), child.tree.kill(), child.tree.terminate()]);
      const late = await child.tree.kill();

      for (const report of reports) expect(report).to.equal(late);
    });
  });
});
