// SIGKILL of the guard: the front notices, ends what is left and says that containment failed.

import { expect } from 'chai';

import type { Technique } from '../support/cast.js';
import { castBehindFront, readReport } from '../support/front.js';
import { abandonedTreeMayRemain, guards } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { endProcesses, useScene } from '../support/scene.js';

const TECHNIQUES: readonly Technique[] = ['plain', 'setsid', 'double-fork', 'stopped', 'ignore-signals'];

describe('kill -9 of the guard', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const technique of TECHNIQUES) {
      it(`leaves no ${technique} member`, async () => {
        const witness = scene().control({ technique: 'plain' });
        await scene().startUncontained(witness, witness.argv);
        const cast = scene().cast({ technique });
        const report = scene().path('report.json');
        const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism, '--json-report', report]);

        const guard = guards().filter(({ pid }) => pid !== front.identity.pid);
        expect(guard).to.have.length.at.least(1);
        await endProcesses(() => guard.filter((one) => guards().some(({ pid }) => pid === one.pid)));
        const ended = await front.ended();

        await cast.provenDead(witness);
        expect(ended.code).to.equal(125);
        expect(readReport(report)).to.include({ mechanism, reason: 'guard-died' });
        await abandonedTreeMayRemain();
      });
    }
  });
});
