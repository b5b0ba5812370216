// Every processor is wanted by several others: a timeout, the owner's death and kill() are kept all the same.

import { expect } from 'chai';
import { availableParallelism } from 'node:os';

import { contain, leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { useScene, type Scene } from '../support/scene.js';

const SPINNING_PER_PROCESSOR = 4;
const TIMEOUT_MS = 2000;

/** Others spin, each in a session of its own as different users' programs are, while `body` runs. */
async function whileOthersSpin<T>(scene: Scene, body: () => Promise<T>): Promise<T> {
  const loop = ['/bin/sh', '-c', 'while :; do :; done'];
  const many = availableParallelism() * SPINNING_PER_PROCESSOR;
  const spinning = Array.from({ length: many }, () => scene.start(loop, { detached: true }));
  try {
    return await body();
  } finally {
    for (const one of spinning) one.kill('SIGKILL');
    await Promise.all(spinning.map((one) => one.ended()));
  }
}

describe('on a busy machine', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('a timeout fires', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid' });
      const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } as const;

      const child = await contain(cast, { mechanism }, options);
      const report = await whileOthersSpin(scene(), () => child.tree.empty);

      await cast.provenDead(control);
      expect(report).to.deep.include({ reason: 'timeout', survivors: [] });
      console.log(`        ${mechanism}: ended in ${report.durationMs} ms`);
    });

    it("the owner's death ends the tree", async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'double-fork' });
      const owner = await startOwner(scene(), cast, { containment: { mechanism } });

      await whileOthersSpin(scene(), async () => {
        await owner.come('SIGKILL');
        await eventually('no member is left', () => cast.living().length === 0);
      });

      await cast.provenDead(control);
    });

    it('kill() proves the end', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'plain', count: 50 });
      const child = await contain(cast, { mechanism });

      const report = await whileOthersSpin(scene(), () => child.tree.kill());

      await cast.provenDead(control);
      expect(report).to.deep.include({ reason: 'kill', killed: 51, survivors: [] });
      console.log(`        ${mechanism}: ended in ${report.durationMs} ms`);
    });
  });
});
