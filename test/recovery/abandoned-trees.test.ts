// Owner and guard are killed together. Whoever of the same user spawns contained next ends what is left, and so do
// cleanup() and save-check.

import { expect } from 'chai';
import { existsSync, mkdirSync } from 'node:fs';

import { cleanup } from '#lib/index.js';

import type { Escape } from '../support/cast.js';
import { holdfast } from '../support/command.js';
import { leaveFree } from '../support/contained.js';
import { CRASHABLE, crash } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { whyUnavailable } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';

const ESCAPES: readonly Escape[] = [
  { technique: 'plain' },
  { technique: 'setsid' },
  { technique: 'ignore-signals' },
  { technique: 'stopped' },
  { technique: 'main-thread-exited' },
  { technique: 'thread-relay' },
  { technique: 'plain', root: 'stay', count: 100 },
];

describe('a tree whose owner and guard were killed together', () => {
  const scene = useScene();

  for (const mechanism of CRASHABLE.filter((one) => whyUnavailable(one) === undefined)) {
    describe(`held by ${mechanism}`, () => {
      for (const escape of ESCAPES) {
        const title = `${escape.count ?? 1} x ${escape.technique}`;

        it(`is ended by cleanup(): ${title}`, async () => {
          const control = await leaveFree(scene(), { technique: 'setsid' });
          const { cast, record, id } = await crash(scene(), escape, mechanism);

          const report = await cleanup();

          await cast.provenDead(control);
          await control.provenAlive();
          expect(existsSync(record)).to.equal(false);
          expect(report.trees).to.have.length(1);
          expect(report.trees[0]).to.include({ id, tier: 'A', action: 'ended', state: 'abandoned' });
          expect(report.trees[0]?.killed).to.equal(report.trees[0]?.members.length).and.be.at.least(2);
          expect(report.trees[0]?.survivors).to.deep.equal([]);
        });
      }

      it('is ended by the next process that spawns contained', async () => {
        const control = await leaveFree(scene(), { technique: 'setsid' });
        const { cast, record } = await crash(scene(), { technique: 'setsid' }, mechanism);

        const other = scene().cast({ technique: 'nothing' });
        const next = await startOwner(scene(), other, {});

        await cast.provenDead(control);
        await eventually('the record is gone', () => !existsSync(record));
        await other.provenAlive();
        await next.come('exit');
        await next.ended();
      });

      it('is ended by the next save-check, which has nothing to save', async () => {
        const control = await leaveFree(scene(), { technique: 'setsid' });
        const { cast, record } = await crash(scene(), { technique: 'setsid' }, mechanism);
        const project = scene().path('project');
        mkdirSync(project);

        const { code, output } = await holdfast(scene(), ['save-check', '--project', project, '--no-sync']);

        await cast.provenDead(control);
        expect(existsSync(record)).to.equal(false);
        expect(code).to.equal(0);
        expect(output).to.match(/^\[OK\] project idle /m).and.match(/^\[OK\] ended 1 trees that a crash had left behind$/m);
      });

      it('is ended by the next holdfast run', async () => {
        const control = await leaveFree(scene(), { technique: 'setsid' });
        const { cast, record } = await crash(scene(), { technique: 'setsid' }, mechanism);

        const front = scene().start(frontArgv([], ['sh', '-c', 'exit 5']));

        expect((await front.ended()).code).to.equal(5);
        await cast.provenDead(control);
        await eventually('the record is gone', () => !existsSync(record));
      });
    });
  }
});
