// release(): from its return on, the death of the owner ends nothing.

import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';

describe('a released tree', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const death of ['exit', 'SIGKILL', 'throw'] as const) {
      it(`outlives an owner that ends by ${death}`, async () => {
        const cast = scene().control({ technique: 'setsid' });
        const owner = await startOwner(scene(), cast, { containment: { mechanism } });

        await owner.come('release');
        await owner.says(/^released$/m);
        await owner.come(death);
        await owner.ended();

        await cast.provenAlive();
      });
    }

    it('still tells its owner how the root ended', async () => {
      const cast = scene().control({ technique: 'setsid' });
      const owner = await startOwner(scene(), cast, { containment: { mechanism } });

      await owner.come('release');
      await owner.says(/^released$/m);
      cast.declareOver();

      await owner.says(/^exit 0 null$/m);
      await owner.come('exit');
      await owner.ended();
    });
  });
});
