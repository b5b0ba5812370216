// A tree ends with the Worker that owns it, however the Worker ends; and nothing of it is left.

import { expect } from 'chai';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';

import type { ChurnPlan } from '../fixtures/churn.js';
import type { WorkerPlan } from '../fixtures/worker.js';
import { leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { nodeFixture } from '../support/project.js';
import { processesNaming } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';

const ENDS: readonly WorkerPlan['end'][] = ['return', 'exit', 'throw', 'wait', 'launch'];
const WORKERS_OF_EACH_END = 16;
const AT_ONCE = 4;
const WORKERS_IN_CHURN = 6;

async function runWorker(plan: WorkerPlan): Promise<void> {
  const worker = new Worker(nodeFixture('worker'), { workerData: plan });
  const exited = new Promise<void>((resolve) => {
    worker.on('error', () => undefined).once('exit', () => {
      resolve();
    });
    if (plan.end === 'wait') worker.once('message', () => void worker.terminate());
  });
  await exited;
}

describe('the end of a Worker', function () {
  this.timeout(amountOf({ usually: 300_000, thoroughly: 1_200_000 }));
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('ends its tree', async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });
      const cast = scene().cast({ technique: 'setsid' });
      const owner = await startOwner(scene(), cast, { inWorker: true, containment: { mechanism } });

      await owner.come('end-worker');
      await owner.says(/^ended$/m);
      await owner.come('exit');
      await owner.ended();

      await cast.provenDead(control);
    });
  });

  it('comes while its tree has news without end', async () => {
    const mark = scene().path('a-word-in-the-command-line');
    const restless = '(while kill -CONT $$; do :; done) & while :; do kill -STOP $$; done';

    for (let done = 0; done < WORKERS_OF_EACH_END; done += 1) {
      await runWorker({ argv: ['/bin/sh', '-c', restless, mark], end: 'wait' });
    }

    await eventually('no member is left', () => processesNaming(mark).length === 0);
  });

  for (const living of [0, 3]) {
    it(`comes while it starts trees and ${living} of them live, and costs nobody more`, async () => {
      for (let round = 0; round < amountOf({ usually: 2, thoroughly: 60 }); round += 1) {
        const plan: ChurnPlan = { workers: WORKERS_IN_CHURN, living, containment: {} };
        const churn = scene().start([process.execPath, nodeFixture('churn'), JSON.stringify(plan)]);

        const ended = await churn.ended();

        expect({ ...ended, errors: churn.errors }).to.deep.equal({ code: 0, signal: null, errors: '' });
      }
    });
  }

  it('says nothing of the pipes of its tree', async () => {
    const workerData: WorkerPlan = { argv: ['/bin/true'], end: 'wait', standard: 'pipe' };
    const worker = new Worker(nodeFixture('worker'), { workerData, stderr: true });

    expect(await text(worker.stderr)).to.equal('');
  });

  for (const end of ENDS) {
    it(`leaves nothing behind ${WORKERS_OF_EACH_END} times by ${end}`, async () => {
      const word = scene().path('a-word-in-the-command-line');
      const plan: WorkerPlan = { argv: ['/bin/sh', '-c', 'sleep 20 & wait', word], end };

      for (let done = 0; done < WORKERS_OF_EACH_END; done += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => runWorker(plan)));
      }

      await eventually('no member is left', () => processesNaming(word).length === 0);
      expect(processesNaming(word)).to.deep.equal([]);
    });
  }
});
