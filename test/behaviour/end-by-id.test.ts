// terminateTree() and killTree(): a program ends a tree of its user by the id, whoever owns it.

import { expect } from 'chai';
import { existsSync } from 'node:fs';

import { killTree, spawnContained, terminateTree, trees, type EndReport, type TreeInfo } from '#lib/index.js';

import { contain, leaveFree } from '../support/contained.js';
import { CRASHABLE, crash } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { forEachMechanism, whyUnavailable } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { processLine } from '../support/proc.js';
import { SOME_ID, makeHome, recordText, writeRecord } from '../support/records.js';
import { useScene } from '../support/scene.js';

async function treeLabelled(label: string): Promise<TreeInfo> {
  const tree = (await trees()).find((one) => one.label === label);
  if (tree === undefined) throw new Error(`there is no tree ${label}`);
  return tree;
}

/** The last process between the root and us. */
function guardAbove(root: number): number {
  const parent = processLine(root)?.ppid ?? 0;
  return processLine(parent)?.ppid === process.pid ? parent : guardAbove(parent);
}

async function refusal(ending: Promise<EndReport>): Promise<unknown> {
  return ending.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a program', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('terminates the tree of another process', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid', count: 2 });
      const owner = await startOwner(scene(), cast, { containment: { mechanism, label: 'of-another' } });

      const report = await terminateTree((await treeLabelled('of-another')).id);

      expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 3, killed: 0, survivors: [] });
      await cast.provenDead(witness);
      await owner.come('exit');
      await owner.ended();
    });

    it('kills a tree', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'ignore-signals', count: 2 });
      const child = await contain(cast, { mechanism });

      const report = await killTree(child.tree.id);

      expect(report).to.deep.include({ reason: 'kill', endedPolitely: 0, survivors: [] });
      await cast.provenDead(witness);
      expect(await child.tree.empty).to.include({ reason: 'kill' });
    });

    it('terminates politely a tree whose guard was stopped before it could be asked', async () => {
      const cast = scene().cast({ technique: 'plain' });
      const [file = '', ...args] = cast.argv;
      const child = spawnContained(file, args, { stdio: 'ignore', containment: { mechanism } });
      const guard = guardAbove(child.pid ?? 0);
      process.kill(guard, 'SIGSTOP');
      await eventually('the guard is stopped', () => processLine(guard)?.state === 'T');
      await cast.ready();
      const told: string[] = [];

      const report = await terminateTree(child.tree.id, { onTrouble: (problem) => told.push(problem) });

      expect(told).to.deep.equal(['the guard was stopped: it is continued']);
      expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 2, killed: 0, survivors: [] });
      expect(await child.tree.empty).to.include({ reason: 'terminate' });
    });
  });

  it('terminates within a grace of its own', async () => {
    const cast = scene().cast({ technique: 'ignore-sigterm' });
    const child = await contain(cast, { grace: 3_600_000 });

    const report = await terminateTree(child.tree.id, { grace: 100 });

    expect(report).to.include({ endedPolitely: 1, killed: 1 });
    expect(report.durationMs).to.be.at.least(100);
  });

  const [crashable] = CRASHABLE.filter((one) => whyUnavailable(one) === undefined);
  if (crashable !== undefined) {
    it('ends what is left of a crash, and hears why no guard did', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const { cast, id } = await crash(scene(), { technique: 'setsid' }, crashable);
      const told: string[] = [];

      const report = await terminateTree(id, { onTrouble: (problem) => told.push(problem) });

      expect(report).to.deep.include({ killed: 2, survivors: [] });
      expect(told).to.deep.equal(['the guard is dead']);
      await cast.provenDead(witness);
    });
  }

  it('is told when a tree has ended already, and when there was none', async () => {
    const child = await contain(scene().cast({ technique: 'plain' }), {});
    await child.tree.kill();

    for (const id of [child.tree.id, SOME_ID, '', '../x']) {
      for (const endTree of [terminateTree, killTree]) {
        const error = await refusal(endTree(id));

        expect(error).to.include({ code: 'ERR_HOLDFAST_NO_TREE', message: `cannot end tree ${id}: there is no such tree` });
      }
    }
  });

  it('ends no tree of another machine', async () => {
    const home = scene().path('home');
    const record = writeRecord(makeHome(home), recordText({ machine: 'c0ffee' }));
    const before = process.env['HOLDFAST_HOME'];
    process.env['HOLDFAST_HOME'] = home;
    try {
      const error = await refusal(killTree(SOME_ID));

      expect(error).to.include({ code: 'ERR_HOLDFAST_NO_TREE' });
      expect(String(error)).to.match(/it is foreign: it is of another machine/);
      expect(existsSync(record)).to.equal(true);
    } finally {
      process.env['HOLDFAST_HOME'] = before;
    }
  });

  it('is told at once of what means nothing', () => {
    expect(() => terminateTree(SOME_ID, { grace: -1 })).to.throw(TypeError, /options\.grace: expected milliseconds/);
    expect(() => terminateTree(undefined as unknown as string)).to.throw(TypeError, /id: expected the id of a tree/);
    expect(() => killTree(7 as unknown as string)).to.throw(TypeError, /id: expected the id of a tree, got 7/);
  });
});
