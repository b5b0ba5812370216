// When the root ends, what it leaves behind ends too, or is waited for: whatever was asked.

import { expect } from 'chai';

import type { Technique } from '../support/cast.js';
import { eventually } from '../support/eventually.js';
import { castBehindFront, readReport } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

const TECHNIQUES: readonly Technique[] = ['plain', 'setsid', 'double-fork', 'daemon', 'stopped', 'main-thread-exited'];

describe('a root that exits first', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const technique of TECHNIQUES) {
      it(`takes a ${technique} member with it`, async () => {
        const escape = { technique, root: 'exit' } as const;
        const witness = scene().control({ technique: 'plain' });
        await scene().startUncontained(witness, witness.argv);
        const control = scene().control(escape);
        await scene().startUncontained(control, control.argv);
        const cast = scene().cast(escape);
        const report = scene().path('report.json');
        const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism, '--json-report', report]);
        await control.ready();

        const ended = await front.ended();

        await cast.provenDead(witness);
        await eventually('the control outlives its root', () => control.living().length > 0);
        expect(ended.code).to.equal(7);
        expect(readReport(report)).to.include({ mechanism, reason: 'root-exited' });
        expect(readReport(report).killed).to.be.at.least(1);
      });
    }

    it('lets the members end politely under --when-root-exits terminate', async () => {
      const witness = scene().control({ technique: 'plain' });
      await scene().startUncontained(witness, witness.argv);
      const cast = scene().cast({ technique: 'setsid', root: 'exit' });
      const report = scene().path('report.json');
      const terms = ['--mechanism', mechanism, '--when-root-exits', 'terminate', '--json-report', report];
      const front = await castBehindFront(scene(), cast, terms);

      const ended = await front.ended();

      await cast.provenDead(witness);
      expect(ended.code).to.equal(7);
      expect(readReport(report)).to.include({ reason: 'root-exited', killed: 0, endedPolitely: 1 });
    });

    it('leaves the members alone under --when-root-exits wait', async () => {
      const witness = scene().control({ technique: 'plain' });
      await scene().startUncontained(witness, witness.argv);
      const cast = scene().cast({ technique: 'setsid', root: 'exit' });
      const report = scene().path('report.json');
      const terms = ['--mechanism', mechanism, '--when-root-exits', 'wait', '--json-report', report];
      const front = await castBehindFront(scene(), cast, terms);

      await eventually('the root has exited and its member lives', () => cast.living().length === 1);
      await cast.provenAlive();
      cast.declareOver();
      const ended = await front.ended();

      await cast.provenDead(witness);
      expect(ended.code).to.equal(7);
      expect(readReport(report)).to.include({ mechanism, reason: 'ended', killed: 0 });
    });
  });
});
