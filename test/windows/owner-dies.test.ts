// Nothing outlives the process that called spawnContained() on Windows, however that process ends: the kernel closes
// the job's only handle, and no guard is involved.

import { expect } from 'chai';

import type { OwnerEnd } from '../fixtures/owner.js';
import { leaveFree, titleOf } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { startOwner, startPlainOwner } from '../support/owner.js';
import { allPids, commandLine, processLine } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import { ESCAPES } from './escapes.js';

const DEATHS: Readonly<Record<string, OwnerEnd | 'SIGKILL'>> = {
  'TerminateProcess from outside': 'SIGKILL',
  'process.exit()': 'exit',
  'an uncaught exception': 'throw',
  'process.abort()': 'abort',
};

describe('the death of the owner on Windows', () => {
  const scene = useScene();

  for (const [death, come] of Object.entries(DEATHS)) {
    for (const escape of come === 'SIGKILL' ? ESCAPES : ESCAPES.slice(0, 1)) {
      it(`by ${death} ends a ${titleOf(escape)} member`, async () => {
        const control = scene().control(escape);
        const cast = scene().cast(escape);
        const plain = await startPlainOwner(scene(), control);
        const owner = await startOwner(scene(), cast, { containment: { mechanism: 'job' } });

        await Promise.all([plain.come(come), owner.come(come)]);
        await owner.ended();

        await cast.provenDead(control);
        await control.provenAlive();
      });
    }
  }

  it('by TerminateProcess leaves none of 50 processes, each started by the one before', async function () {
    this.timeout(180_000); // a busy machine starts them slowly
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'deep', count: 49 });
    const owner = await startOwner(scene(), cast, { containment: { mechanism: 'job' } });
    expect(cast.living()).to.have.length(50);

    await owner.come('SIGKILL');

    await cast.provenDead(witness);
    expect(cast.living()).to.deep.equal([]);
  });

  it('by TerminateProcess leaves none of 50 processes three levels deep, and there is no guard', async function () {
    this.timeout(180_000);
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'family', count: 7 });
    const owner = await startOwner(scene(), cast, { containment: { mechanism: 'job' } });
    expect(cast.living()).to.have.length(50);
    const isGuard = (pid: number): boolean => commandLine(pid)[0]?.includes('holdfast-guard') === true;
    const guards = allPids().filter((pid) => processLine(pid)?.ppid === owner.identity.pid && isGuard(pid));

    await owner.come('SIGKILL');

    await cast.provenDead(witness);
    expect(guards).to.deep.equal([]);
  });

  it('ends nothing after release()', async () => {
    const cast = scene().control({ technique: 'detached' });
    const owner = await startOwner(scene(), cast, { containment: { mechanism: 'job' } });

    await owner.come('release');
    await owner.says(/^released$/m);
    await owner.come('SIGKILL');
    await owner.ended();

    await cast.provenAlive();
  });

  it('as a Worker ends its tree', async () => {
    const control = await leaveFree(scene(), { technique: 'detached' });
    const cast = scene().cast({ technique: 'detached' });
    const owner = await startOwner(scene(), cast, { inWorker: true });

    await owner.come('end-worker');
    await owner.says(/^ended$/m);
    await eventually('no member is left', () => cast.living().length === 0);
    await owner.come('exit'); // it holds the lifeline itself
    await owner.ended();

    await cast.provenDead(control);
  });
});
