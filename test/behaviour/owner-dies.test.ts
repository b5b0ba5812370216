// Nothing outlives the process that called spawnContained(), however that process ends.

import type { OwnerEnd } from '../fixtures/owner.js';
import type { Technique } from '../support/cast.js';
import { leaveFree } from '../support/contained.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner, startPlainOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';
import { someOf } from '../support/thorough.js';

const DEATHS: Readonly<Record<string, OwnerEnd | 'SIGKILL' | 'SIGTERM' | 'SIGINT'>> = {
  'SIGKILL': 'SIGKILL',
  'SIGTERM': 'SIGTERM',
  'SIGINT': 'SIGINT',
  'process.exit()': 'exit',
  'an uncaught exception': 'throw',
  'an unhandled rejection': 'reject',
  'process.abort()': 'abort',
};
const TECHNIQUES: readonly Technique[] = ['setsid', 'double-fork', 'main-thread-exited'];

describe('the death of the owner', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const [death, come] of Object.entries(DEATHS)) {
      for (const technique of come === 'SIGKILL' ? TECHNIQUES : someOf(TECHNIQUES, TECHNIQUES.length)) {
        it(`by ${death} ends a ${technique} member`, async () => {
          const control = scene().control({ technique });
          const cast = scene().cast({ technique });
          const [plain, owner] = await Promise.all([
            startPlainOwner(scene(), control),
            startOwner(scene(), cast, { containment: { mechanism } }),
          ]);

          await Promise.all([plain.come(come), owner.come(come)]);
          await owner.ended();

          await cast.provenDead(control);
          await control.provenAlive();
          if (mechanism === 'namespace') await abandonedTreeMayRemain();
        });
      }
    }

    it('by SIGKILL ends a member while the owner is stopped', async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });
      const cast = scene().cast({ technique: 'setsid' });
      const owner = await startOwner(scene(), cast, { containment: { mechanism } });

      await owner.come('SIGSTOP');
      await cast.provenAlive();
      await owner.come('SIGKILL');

      await cast.provenDead(control);
      if (mechanism === 'namespace') await abandonedTreeMayRemain();
    });

    it('by SIGKILL lets members end politely under whenOwnerDies: terminate', async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });
      const cast = scene().cast({ technique: 'setsid' });
      const owner = await startOwner(scene(), cast, { containment: { mechanism, whenOwnerDies: 'terminate', grace: 200 } });

      await owner.come('SIGKILL');

      await cast.provenDead(control);
      if (mechanism === 'namespace') await abandonedTreeMayRemain();
    });
  });
});
