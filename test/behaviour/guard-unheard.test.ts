// A guard that says nothing, because it is stopped again whenever it is continued: its tree ends all the same, and no
// call waits for it without an end.

import { expect } from 'chai';
import { constants } from 'node:os';

import type { EndReport, Tree } from '#lib/index.js';

import { contain, leaveFree } from '../support/contained.js';
import { guardOf, holdStill } from '../support/hold-still.js';
import { NEEDS_ROOT, availableMechanisms, forEachMechanism, itIf } from '../support/mechanisms.js';
import { startPlainOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';

describe('a guard that a member stops without end', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('does not keep its tree from ending', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const control = scene().control({ technique: 'guard-holder' });
      const plain = await startPlainOwner(scene(), control);
      const cast = scene().cast({ technique: 'guard-holder' });
      const child = await contain(cast, { mechanism });
      await Promise.all([control.act(), cast.act()]);

      const report = await child.tree.kill();

      await cast.provenDead(witness);
      expect(report.survivors).to.deep.equal([]);
      await control.provenAlive();
      await plain.come('SIGKILL');
    });
  });
});

/** What ends a tree: the guard is asked for it, or keeps the time for it. */
const ENDS: readonly (readonly [title: string, end: (tree: Tree) => Promise<EndReport>, timeout?: number])[] = [
  ['kill()', (tree) => tree.kill()],
  ['terminate()', (tree) => tree.terminate()],
  ['a timeout', (tree) => tree.empty, 1000],
];

describe('a guard that is held still', () => {
  const scene = useScene();

  // All at once: each takes the seconds for which a guard may say nothing.
  itIf(NEEDS_ROOT, 'is stood in for, whatever holds its tree and whatever ends it', async () => {
    const control = await leaveFree(scene(), { technique: 'daemon' });
    const trees = availableMechanisms().flatMap((mechanism) =>
      ENDS.map(async ([title, end, timeout]) => {
        const cast = scene().cast({ technique: 'daemon' });
        return { title, end, cast, child: await contain(cast, { mechanism, grace: 100 }, { timeout }) };
      }),
    );
    const all = await Promise.all(trees);
    await holdStill(
      scene(),
      all.map(({ child }) => guardOf(child)),
    );

    const ended = all.map(async ({ title, end, cast, child }) => {
      const report = await end(child.tree);
      await cast.provenDead(control);
      return { title, mechanism: child.tree.mechanism, report, signal: child.signalCode };
    });

    for (const { title, mechanism, report, signal } of await Promise.all(ended)) {
      expect(report, `${title} under ${mechanism}`).to.deep.include({ reason: 'guard-died', survivors: [] });
      expect(signal).to.be.oneOf(['SIGKILL', 'SIGTERM']);
    }
    await control.provenAlive();
  });

  forEachMechanism((mechanism) => {
    itIf(NEEDS_ROOT, 'keeps nobody waiting who signals or releases its tree, which is not released later', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'plain' });
      const child = await contain(cast, { mechanism });
      const tracer = await holdStill(scene(), [guardOf(child)]);

      const sent = child.tree.signal('SIGWINCH');
      expect(() => {
        child.tree.release();
      })
        .to.throw('did not acknowledge')
        .with.property('code', 'ERR_HOLDFAST_RELEASE_FAILED');
      tracer.kill('SIGKILL'); // the guard goes on

      expect(sent).to.equal(-constants.errno.ETIMEDOUT);
      expect((await child.tree.empty).survivors).to.deep.equal([]);
      await cast.provenDead(control);
      await control.provenAlive();
    });
  });

  itIf(NEEDS_ROOT, 'answers no question, and who asked is told so', async () => {
    const child = await contain(scene().cast({ technique: 'plain' }), {});
    const tracer = await holdStill(scene(), [guardOf(child)]);

    const answers = await Promise.allSettled([child.tree.members(), child.tree.usage()]);

    tracer.kill('SIGKILL');
    for (const answer of answers) {
      expect(answer.status === 'rejected' && answer.reason).to.include({ code: 'ERR_HOLDFAST_NO_ANSWER' });
    }
    expect(await child.tree.members()).to.have.length(2);
    await child.tree.kill();
  });
});
