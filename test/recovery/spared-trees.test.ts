// Trees and processes that recovery leaves to somebody else: live and released trees, also inside of an abandoned one,
// whoever calls, and what another clean-up has in hand.

import { expect } from 'chai';

import { cleanup } from '#lib/index.js';

import { holdfast } from '../support/command.js';
import { leaveFree } from '../support/contained.js';
import { CRASHABLE, crash, crashAround, crashTogether, recordField } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { castBehindFront, frontArgv, readReport } from '../support/front.js';
import { HOME, guards, guardsBelow, records } from '../support/leaks.js';
import { whyUnavailable } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { identityOf, isAlive } from '../support/proc.js';
import { GUARD, nodeFixture, PROJECT_ROOT } from '../support/project.js';
import { SOME_ID } from '../support/records.js';
import { endTogether, useScene, type Ended } from '../support/scene.js';

const here = CRASHABLE.filter((one) => whyUnavailable(one) === undefined);

describe('recovery spares', () => {
  const scene = useScene();

  for (const mechanism of here) {
    it(`a live tree, held by ${mechanism}`, async () => {
      const live = scene().control({ technique: 'setsid' });
      const front = await castBehindFront(scene(), live, ['--mechanism', mechanism]);
      const { cast } = await crash(scene(), { technique: 'setsid' }, mechanism);

      const report = await cleanup({ minAge: 0 });

      await cast.provenDead(live);
      await live.provenAlive();
      expect(report.trees.map(({ state, action }) => `${state} ${action}`)).to.have.members(['abandoned ended', 'live none']);
      live.declareOver();
      await front.ended();
    });

    for (const dies of ['owner', 'owner and guard'] as const) {
      it(`a released tree whose ${dies} died, held by ${mechanism}`, async () => {
        const released = scene().control({ technique: 'setsid' });
        const owner = await startOwner(scene(), released, { containment: { mechanism } });
        await owner.come('release');
        await owner.says(/^released$/m);
        const guard = dies === 'owner' ? [] : await guardsBelow(owner.identity.pid);
        await endTogether({ guards: guard, owners: [owner.identity] });
        const { cast } = await crash(scene(), { technique: 'setsid' }, mechanism);

        await cleanup({ minAge: 0 });
        const next = await holdfast(scene(), ['run', '--', 'true']);

        await cast.provenDead(released);
        await released.provenAlive();
        expect(next.code).to.equal(0);
        released.declareOver();
        await eventually('its record goes with it', async () => (await cleanup()).trees.length === 0 && records().length === 0);
      });
    }

    it(`a live tree inside of an abandoned one, held by ${mechanism}`, async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });
      const inner = scene().control({ technique: 'setsid' });
      const plan = { contained: true, argv: inner.argv, containment: { mechanism, owner: { pid: process.pid } } };
      const spawner = [process.execPath, nodeFixture('owner'), JSON.stringify(plan)];
      const front = scene().startHolding(inner, frontArgv(['--mechanism', mechanism], spawner));
      await inner.ready();
      const outer = records().find((name) => !recordField(`${HOME}/run/${name}`, 'mark').includes('.')) ?? '';
      const guard = identityOf(Number(recordField(`${HOME}/run/${outer}`, 'guard').split(' ')[0]));
      const root = identityOf(Number(recordField(`${HOME}/run/${outer}`, 'root').split(' ')[0]));
      await endTogether({ guards: [guard], owners: [front.identity] });

      const report = await cleanup({ minAge: 0 });

      expect(report.trees.find(({ id }) => `${String(id)}.tree` === outer)).to.include({ action: 'ended' });
      expect(isAlive(root)).to.equal(false);
      await inner.provenAlive();
      await control.provenAlive();
      inner.declareOver();
      await eventually('the inner tree is over', () => records().length === 0 && guards().length === 0);
      await cleanup({ minAge: 0 }); // its cgroup, which held that of the inner tree
    });

    it(`whoever calls, held by ${mechanism}`, async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });

      const call = `${process.execPath} ${PROJECT_ROOT}/bin/holdfast.js cleanup --json`;
      const { cast, root, said } = await crashAround(scene(), mechanism, call);

      await cast.provenDead(control);
      expect(isAlive(root), 'the caller lives').to.equal(true);
      expect(said).to.match(/exit 1\n$/).and.contain('"why":"self"').and.contain('"action":"left"');
      expect((await cleanup({ minAge: 0 })).trees.map(({ action }) => action)).to.deep.equal(['ended']);
      expect(isAlive(root)).to.equal(false);
    });

    it(`the tree of a member that spawns, held by ${mechanism}`, async () => {
      const { cast, root } = await crashAround(scene(), mechanism, `${GUARD} run -- true`);

      await eventually('nobody cleans up any more', () => guards().length === 0);
      await cast.provenAlive();
      expect(isAlive(root)).to.equal(true);
      expect((await cleanup({ minAge: 0 })).trees.map(({ action }) => action)).to.deep.equal(['ended']);
    });
  }

  it('the tree of a member that spawned and is gone', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    const { cast, id } = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const search = (mark: string): Promise<Ended> => scene().start([GUARD, 'cleanup', mark]).ended();

    const inside = await search(`${id}.${SOME_ID}`);
    await cast.provenAlive();
    const elsewhere = await search(SOME_ID);

    await cast.provenDead(control);
    expect([inside.code, elsewhere.code]).to.deep.equal([0, 0]);
  });

  it('what another clean-up has in hand', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    const { cast, ids } = await crashTogether(scene(), 10);

    const runs = await Promise.all([1, 2].map(() => holdfast(scene(), ['cleanup', '--json'])));

    await cast.provenDead(control);
    expect(runs.map(({ code }) => code)).to.deep.equal([0, 0]);
    const ended = runs.flatMap((run) => run.listed('trees')).filter(({ action }) => action === 'ended');
    expect(ended.map(({ id }) => id)).to.have.members(ids);
  });

  for (const mechanism of here) {
    it(`trees that are just being launched, held by ${mechanism}`, async () => {
      let over = false;
      const cleaning = (async () => {
        while (!over) await cleanup();
      })();
      try {
        for (let launch = 0; launch < 20; launch += 1) {
          const report = scene().path(`report-${launch}.json`);
          const front = scene().start(frontArgv(['--mechanism', mechanism, '--json-report', report], ['sh', '-c', 'exit 7']));
          expect((await front.ended()).code).to.equal(7);
          expect(readReport(report).escapable).not.to.include('unrecorded');
        }
      } finally {
        over = true;
        await cleaning;
      }
    });
  }
});
