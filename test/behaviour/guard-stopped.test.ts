// A member that stops its guard gains nothing: the owner's death and its requests let the guard go on.

import { leaveFree } from '../support/contained.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner, startPlainOwner, type Plan } from '../support/owner.js';
import { isAlive } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import type { OwnerEnd } from '../fixtures/owner.js';

const ENDS: readonly (readonly [title: string, come: OwnerEnd | 'SIGKILL', plan?: Plan])[] = [
  ['its owner is killed', 'SIGKILL'],
  ['its owner exits', 'exit'],
  ['its owner calls kill()', 'kill'],
  ['its Worker ends', 'end-worker', { inWorker: true }],
];

describe('a guard that a member has stopped', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const [title, come, plan] of ENDS) {
      it(`ends its tree when ${title}`, async () => {
        const witness = await leaveFree(scene(), { technique: 'plain' });
        const control = scene().control({ technique: 'guard-stopper' });
        const cast = scene().cast({ technique: 'guard-stopper' });
        const plain = await startPlainOwner(scene(), control, plan);
        const owner = await startOwner(scene(), cast, { ...plan, containment: { mechanism } });
        await cast.act();

        await Promise.all([plain.come(come), owner.come(come)]);

        await cast.provenDead(witness);
        await control.provenAlive();
        for (const one of [plain, owner]) if (isAlive(one.identity)) await one.come('SIGKILL');
      });
    }
  });
});
