// SIGTERM to the front ends the tree politely, then hard, before an impatient caller would send SIGKILL.

import { expect } from 'chai';

import type { Technique } from '../support/cast.js';
import { castBehindFront, readReport } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

const MOST_PATIENT_MS = 1500;

const CASES: readonly { technique: Technique; endsHard: boolean }[] = [
  { technique: 'plain', endsHard: false },
  { technique: 'setsid', endsHard: false },
  { technique: 'stopped', endsHard: false },
  { technique: 'ignore-sigterm', endsHard: true },
  { technique: 'ignore-signals', endsHard: true },
];

describe('SIGTERM to the front', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const { technique, endsHard } of CASES) {
      it(`ends a tree with a ${technique} member`, async () => {
        const control = scene().control({ technique });
        const shell = ['/bin/sh', '-c', '"$@"; :', 'sh'];
        await scene().startUncontained(control, [...shell, ...control.argv]);
        const cast = scene().cast({ technique });
        const report = scene().path('report.json');
        // The root is killed by SIGTERM at once; its members shall have their grace all the same.
        const terms = ['--mechanism', mechanism, '--when-root-exits', 'terminate', '--json-report', report];
        const front = await castBehindFront(scene(), cast, terms);
        await control.ready();

        const begun = performance.now();
        front.kill('SIGTERM');
        const ended = await front.ended();
        const tookMs = performance.now() - begun;

        await cast.provenDead(control);
        expect(ended).to.deep.equal({ code: null, signal: 'SIGTERM' });
        expect(tookMs).to.be.below(MOST_PATIENT_MS);
        expect(readReport(report)).to.include({ mechanism, reason: 'terminate', killed: endsHard ? 1 : 0 });
      });
    }
  });
});
