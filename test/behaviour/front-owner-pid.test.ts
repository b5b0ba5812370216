// With --owner the tree also ends when another process dies, and a wrong owner starts nothing.

import { expect } from 'chai';

import { castBehindFront, frontArgv, readReport } from '../support/front.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { endProcesses, useScene } from '../support/scene.js';
import { identityOf, isAlive } from '../support/proc.js';

describe('another owner', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('takes the tree with it when it is killed', async () => {
      const owner = scene().control({ technique: 'nothing', count: 0 });
      const uncontained = await scene().startUncontained(owner, owner.argv);
      const witness = scene().control({ technique: 'setsid' });
      await scene().startUncontained(witness, witness.argv);
      const cast = scene().cast({ technique: 'setsid' });
      const report = scene().path('report.json');
      const { pid, startTime } = uncontained.owner;
      const terms = ['--mechanism', mechanism, '--owner', `${pid}:${startTime}`, '--json-report', report];
      const front = await castBehindFront(scene(), cast, terms);
      await cast.provenAlive();

      await uncontained.killOwner();
      await front.ended();

      await cast.provenDead(witness);
      expect(readReport(report)).to.include({ mechanism, reason: 'owner-died' });
    });

    it('does not replace the front, whose death ends the tree too', async () => {
      const owner = scene().control({ technique: 'plain' });
      const { owner: other } = await scene().startUncontained(owner, owner.argv);
      const cast = scene().cast({ technique: 'setsid' });
      const terms = ['--mechanism', mechanism, '--owner', `${other.pid}:${other.startTime}`];
      const front = await castBehindFront(scene(), cast, terms);

      front.kill('SIGKILL');

      await cast.provenDead(owner);
      expect(isAlive(other)).to.equal(true);
      await abandonedTreeMayRemain();
    });
  });

  it('may be the parent of the front', async () => {
    const witness = scene().control({ technique: 'plain' });
    await scene().startUncontained(witness, witness.argv);
    const cast = scene().cast({ technique: 'setsid' });
    const command = frontArgv(['--owner', 'parent'], cast.argv);
    const shell = scene().startHolding(cast, ['/bin/sh', '-c', '"$@" & echo $!; wait; :', 'sh', ...command]);
    await cast.ready();

    await endProcesses(() => [shell.identity].filter(isAlive));

    await cast.provenDead(witness);
  });

  it('is refused when its start time is another', async () => {
    const { startTime } = identityOf(process.pid);
    const wrong = `${process.pid}:${Number(startTime) + 1}`;
    const front = scene().start(frontArgv(['--owner', wrong], ['true']));

    expect((await front.ended()).code).to.equal(125);
    expect(front.errors).to.contain('owner');
  });

  it('is refused when it is dead', async () => {
    const dead = scene().start(['true']);
    await dead.ended();
    const front = scene().start(frontArgv(['--owner', `${dead.identity.pid}:${dead.identity.startTime}`], ['true']));

    expect((await front.ended()).code).to.equal(125);
  });

  it('is refused when it is pid 1', async () => {
    const front = scene().start(frontArgv(['--owner', '1'], ['true']));

    expect((await front.ended()).code).to.equal(125);
  });
});
