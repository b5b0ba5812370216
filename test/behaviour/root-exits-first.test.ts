// When the root ends, what it leaves behind ends too, or is waited for: whatever was asked.

import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';

import type { Technique } from '../support/cast.js';
import { eventually } from '../support/eventually.js';
import { castBehindFront, frontArgv, readReport } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { processesNaming } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';

const TECHNIQUES: readonly Technique[] = ['plain', 'setsid', 'double-fork', 'daemon', 'stopped', 'main-thread-exited', 'thread-relay'];

/** Executes itself as long as a file is there. */
const AGAIN = '#!/bin/sh\n[ -e "$1" ] && exec "$0" "$1"\n';
const ROUNDS = amountOf({ usually: 8, thoroughly: 40 });

/** So large that it takes longer to be read than a program to be executed. */
function largeEnvironment(): NodeJS.ProcessEnv {
  const large = Array.from({ length: 8 }, (_, at) => [`HOLDFAST_TEST_LARGE_${at}`, 'x'.repeat(120_000)]);
  return { ...process.env, ...(Object.fromEntries(large) as NodeJS.ProcessEnv) };
}

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

    // Meanwhile it shows nothing of its environment, or only the beginning: under `group` without a wait for the rest
    // about one tree in three leaves it.
    it('takes with it a member that turns into another program all the time', async () => {
      const [again, report] = [scene().path('again'), scene().path('report.json')];
      const [go, controlGo] = [scene().path('go'), scene().path('control-go')];
      for (const path of [go, controlGo]) writeFileSync(path, '');
      writeFileSync(again, AGAIN, { mode: 0o755 });
      const leaver = (file: string): string[] => ['sh', '-c', 'setsid "$0" "$1" & exit 7', again, file];
      const env = largeEnvironment();
      await scene().start(leaver(controlGo), { env }).ended();

      for (let round = 0; round < ROUNDS; round += 1) {
        const terms = ['--mechanism', mechanism, '--json-report', report];
        expect((await scene().start(frontArgv(terms, leaver(go)), { env }).ended()).code).to.equal(7);
        expect(readReport(report)).to.deep.include({ killed: 1, survivors: [] });
        rmSync(report);
      }

      expect(processesNaming(go)).to.deep.equal([]);
      await eventually('the control lives', () => processesNaming(controlGo).length > 0);
      rmSync(controlGo);
      await eventually('the control is over', () => processesNaming(controlGo).length === 0);
    });

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
