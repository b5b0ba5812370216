// An owner that is killed at any moment of a launch leaves nothing: at each system call that it, its guard and its root
// make meanwhile, by fixtures/die-launching.c: some of them, or every one.

import { expect } from 'chai';

import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { guards, records } from '../support/leaks.js';
import { forEachMechanism, type LinuxMechanism } from '../support/mechanisms.js';
import { nodeFixture } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';
import type { Cast } from '../support/cast.js';
import { leaveFree } from '../support/contained.js';

const AFTER_THE_LAUNCH = 1_000_000;
const AT_ONCE = 4;
const POINTS_OF_A_WITNESS = 80; // which lives for some minutes only

interface Launch {
  readonly mechanism: LinuxMechanism;
  readonly inWorker: boolean;
}

function dyingAt(point: number, plan: object): string[] {
  return [fixture('die-launching'), String(point), process.execPath, nodeFixture('owner'), JSON.stringify(plan)];
}

/** How many stops the owner had seen when it was killed. */
async function launchAndDie(scene: Scene, cast: Cast, { mechanism, inWorker }: Launch, point: number): Promise<number> {
  const plan = { contained: true, inWorker, argv: cast.argv, containment: { mechanism } };
  const tracer = scene.startHolding(cast, dyingAt(point, plan));
  await tracer.ended();
  const stops = (): string | undefined => /^stops (\d+)$/m.exec(tracer.output)?.[1];
  return Number(await eventually(`the owner was killed: ${tracer.errors}`, stops));
}

async function dieAt(scene: Scene, launch: Launch, point: number, witness: Cast): Promise<void> {
  const cast = scene.cast({ technique: 'setsid' });
  await launchAndDie(scene, cast, launch, point);
  try {
    await cast.provenDead(witness);
  } catch (error) {
    throw new Error(`killed at stop ${point} of its launch, the owner has left somebody`, { cause: error });
  }
}

describe('an owner that is killed in the middle of a launch', function () {
  this.timeout(600_000);
  const scene = useScene();

  it('would leave an uncontained child behind', async () => {
    const control = scene().control({ technique: 'setsid' });
    const argv = dyingAt(AFTER_THE_LAUNCH, { contained: false, argv: control.argv });
    await scene().startUncontained(control, argv);
    await control.ready();

    await control.provenAlive();
  });

  forEachMechanism((mechanism) => {
    for (const inWorker of [false, true]) {
      it(`leaves nothing, wherever in ${inWorker ? 'a Worker' : 'the main thread'} it was`, async () => {
        const launch = { mechanism, inWorker };
        const whole = await launchAndDie(scene(), scene().cast({ technique: 'setsid' }), launch, AFTER_THE_LAUNCH);
        const count = amountOf({ usually: AT_ONCE, thoroughly: whole });
        const points = Array.from({ length: count }, (_, index) => Math.floor(((index + 1) * whole) / count));

        let witness: Cast | undefined;
        for (let next = 0; next < points.length; next += AT_ONCE) {
          if (next % POINTS_OF_A_WITNESS === 0) witness = undefined;
          witness ??= await leaveFree(scene(), { technique: 'plain' });
          const now = witness;
          const some = points.slice(next, next + AT_ONCE);
          await Promise.all(some.map((point) => dieAt(scene(), launch, point, now)));
        }

        expect(whole).to.be.at.least(100);
        await eventually('no guard is left', () => guards().length === 0);
        expect(records()).to.deep.equal([]);
      });
    }
  });
});
