// What members try with jobs, and what jobs around an owner do to its trees. Beside each attempt runs its control,
// which survives uncontained.

import { expect } from 'chai';

import { leaveFree, contain } from '../support/contained.js';
import { fixture } from '../support/fixtures.js';
import { startOwner, startPlainOwner } from '../support/owner.js';
import { isAlive } from '../support/proc.js';
import { endProcesses, useScene } from '../support/scene.js';

const containment = { mechanism: 'job' } as const;

/** JOB_OBJECT_LIMIT_*, winnt.h. */
const SURROUNDINGS = {
  'that lets nobody go': '0',
  'that lets go whoever asks for it': '800',
  'that lets every child go (SILENT_BREAKAWAY_OK)': '1000',
  'that ends with its handle': '2000',
} as const;

describe('an owner on Windows in a job', () => {
  const scene = useScene();

  for (const [job, flags] of Object.entries(SURROUNDINGS)) {
    it(`${job} takes its tree with it`, async () => {
      const through = [fixture('foster'), `--in-job=${flags}`];
      const [control, cast] = [scene().control({ technique: 'breakaway' }), scene().cast({ technique: 'breakaway' })];
      const plain = await startPlainOwner(scene(), control, flags === '2000' ? {} : { through });
      const owner = await startOwner(scene(), cast, { containment, through });

      await Promise.all([plain.come('SIGKILL'), owner.come('SIGKILL')]);

      await cast.provenDead(control);
      await control.provenAlive();
    });
  }
});

describe('a member on Windows', () => {
  const scene = useScene();

  it('that starts another in the name of a process outside leaves by `broker`, which the tree names', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().control({ technique: 'foreign-parent' });
    const child = await contain(cast, containment);

    const report = await child.tree.kill();

    expect(report).to.deep.include({ killed: 1, survivors: [] });
    expect(child.tree.escapable).to.deep.equal(['broker']);
    await cast.provenAlive();
    await witness.provenAlive();
  });

  it('that has taken the job out of its holder ends with kill() all the same', async () => {
    const control = await leaveFree(scene(), { technique: 'job-thief' });
    const cast = scene().cast({ technique: 'job-thief' });
    const child = await contain(cast, containment);

    await child.tree.kill();

    await cast.provenDead(control);
    await control.provenAlive();
  });

  it('that has taken the job out of an owner outlives it by `broker`, which the tree names', async () => {
    const cast = scene().control({ technique: 'job-thief' });
    const owner = await startOwner(scene(), cast, { containment });

    await owner.come('SIGKILL');
    await owner.ended();

    expect(owner.openRoutes).to.deep.equal(['broker']);
    await cast.provenAlive();
  });

  it('that has taken the job out of a guard ends with the owner all the same', async () => {
    const control = await leaveFree(scene(), { technique: 'job-thief' });
    const other = scene().start([process.execPath, '-e', 'setInterval(() => {}, 1000)']).identity;
    const cast = scene().cast({ technique: 'job-thief' });
    const child = await contain(cast, { ...containment, owner: { pid: other.pid } });

    await endProcesses(() => [other].filter(isAlive));

    await cast.provenDead(control);
    expect((await child.tree.empty).reason).to.equal('owner-died');
    await control.provenAlive();
  });
});
