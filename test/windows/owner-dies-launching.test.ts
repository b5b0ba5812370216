// An owner on Windows that is terminated at any moment of a launch leaves nothing: at each system call that the launch
// makes, by fixtures/calls.c. Some of them, or every one.

import { expect } from 'chai';

import type { DyingPlan } from '../fixtures/dying-owner.js';
import type { Cast } from '../support/cast.js';
import { leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { nodeFixture } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';

const SOME = 16;
const AT_ONCE = 4;
const POINTS_OF_A_WITNESS = 16; // which lives for a minute only

/** How the root becomes a member, and who holds the job. */
const LAUNCHES: Readonly<Record<string, Omit<DyingPlan, 'argv' | 'at'>>> = {
  'of a tree that it holds itself': { containment: { mechanism: 'job' } },
  'of a tree whose root begins suspended': { containment: { mechanism: 'job' }, withoutJobLists: true },
  'of a tree that a guard holds': { containment: { mechanism: 'job', whenOwnerDies: 'terminate' } },
};

function dying(plan: DyingPlan): string[] {
  return [process.execPath, nodeFixture('dying-owner'), JSON.stringify(plan)];
}

/** What the launch called, as far as the owner could tell. */
async function launchAndDie(scene: Scene, cast: Cast, plan: Omit<DyingPlan, 'argv'>): Promise<readonly string[]> {
  const owner = scene.startHolding(cast, dying({ ...plan, argv: cast.argv }));
  await owner.ended();
  if (plan.at > 0) return [];
  return eventually(`the owner tells what it called: ${owner.errors}`, () => /^calls (.*)$/m.exec(owner.output)?.[1]?.trim().split(' '));
}

describe('an owner that is terminated in the middle of a launch on Windows', function () {
  this.timeout(600_000);
  const scene = useScene();

  it('would leave an uncontained child behind', async () => {
    const control = scene().control({ technique: 'detached' });
    await scene().startUncontained(control, dying({ argv: control.argv, at: 0 }));
    await control.ready();

    await control.provenAlive();
  });

  for (const [title, launch] of Object.entries(LAUNCHES)) {
    it(`leaves nothing at any call of the launch ${title}`, async () => {
      let witness = await leaveFree(scene(), { technique: 'plain' });
      const whole = scene().cast({ technique: 'detached' });
      const calls = await launchAndDie(scene(), whole, { ...launch, at: 0 });
      await whole.provenDead(witness);
      const count = amountOf({ usually: SOME, thoroughly: calls.length });
      const points = Array.from({ length: count }, (_, index) => Math.floor(((index + 1) * calls.length) / count));

      for (let next = 0; next < points.length; next += AT_ONCE) {
        if (next % POINTS_OF_A_WITNESS === 0) witness = await leaveFree(scene(), { technique: 'plain' });
        const some = points.slice(next, next + AT_ONCE);
        await Promise.all(some.map((at) => dieAt(scene(), { ...launch, at }, witness, calls)));
      }

      expect(calls).to.include('CreateProcessW');
      expect(calls.includes('AssignProcessToJobObject')).to.equal(launch.withoutJobLists === true);
      expect(calls.length).to.be.at.least(SOME);
    });
  }
});

async function dieAt(scene: Scene, plan: Omit<DyingPlan, 'argv'>, witness: Cast, calls: readonly string[]): Promise<void> {
  const cast = scene.cast({ technique: 'detached' });
  await launchAndDie(scene, cast, plan);
  try {
    await cast.provenDead(witness);
  } catch (error) {
    const where = `call ${plan.at} of ${calls.length}, ${calls[plan.at - 1] ?? ''}`;
    throw new Error(`terminated at ${where} of its launch, the owner has left somebody`, { cause: error });
  }
}
