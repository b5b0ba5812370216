// holdfast terminate and holdfast kill: another process of the user ends a tree, through its guard or, where that is
// dead or stopped, in its stead.

import { expect } from 'chai';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { holdfast } from '../support/command.js';
import { contain, leaveFree } from '../support/contained.js';
import { CRASHABLE, crash } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { castBehindFront } from '../support/front.js';
import { guards, guardsBelow, records } from '../support/leaks.js';
import { forEachMechanism, itIf, ownCgroup, whyUnavailable } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { isAlive, processLine, type ProcessIdentity } from '../support/proc.js';
import { useScene } from '../support/scene.js';

function theOnly<T>(list: readonly T[]): T {
  const [one, ...others] = list;
  if (one === undefined || others.length > 0) throw new Error(`not one but ${list.length}`);
  return one;
}

/** Without the init of a namespace. */
async function guardOf(owner: ProcessIdentity): Promise<ProcessIdentity> {
  return theOnly((await guardsBelow(owner.pid)).filter(({ pid }) => processLine(pid)?.ppid === owner.pid));
}

async function stop(guard: ProcessIdentity): Promise<void> {
  expect(isAlive(guard)).to.equal(true);
  process.kill(guard.pid, 'SIGSTOP');
  await eventually('the guard is stopped', () => processLine(guard.pid)?.state === 'T');
}

describe('another process', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('terminates a tree by its label', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid', count: 2 });
      const child = await contain(cast, { mechanism, label: 'ended' });

      const { code, output, errors } = await holdfast(scene(), ['terminate', 'ended']);

      expect([code, errors]).to.deep.equal([0, '']);
      expect(output).to.match(/^tree ended: 3 ended politely, 0 killed, 0 left, in [\d.]+s\n$/);
      await cast.provenDead(witness);
      expect(await child.tree.empty).to.include({ reason: 'terminate', endedPolitely: 3 });
    });

    it('kills a tree by the beginning of its id', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'ignore-signals', count: 2 });
      const child = await contain(cast, { mechanism });

      const run = await holdfast(scene(), ['kill', child.tree.id.slice(0, 6), '--json']);

      expect(run.code).to.equal(0);
      expect(run.document()).to.include({ id: child.tree.id, reason: 'kill', endedPolitely: 0 });
      expect(run.document()['survivors']).to.deep.equal([]);
      await cast.provenDead(witness);
      expect(await child.tree.empty).to.include({ reason: 'kill' });
    });

    it('ends a tree whose guard was stopped', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid' });
      const owner = await startOwner(scene(), cast, { containment: { mechanism, label: 'stopped' } });
      await stop(await guardOf(owner.identity));

      const { code, output, errors } = await holdfast(scene(), ['terminate', 'stopped']);

      expect(code).to.equal(0);
      expect(errors).to.match(/the guard was stopped: it is continued\n$/);
      expect(output).to.match(/^tree stopped: 2 ended politely, 0 killed, 0 left/);
      await cast.provenDead(witness);
      await owner.come('exit');
      await owner.ended();
    });
  });

  it('terminates a tree behind the front, which exits as its command did', async () => {
    const cast = scene().cast({ technique: 'plain' });
    const front = await castBehindFront(scene(), cast, ['--label', 'front']);

    expect((await holdfast(scene(), ['terminate', 'front'])).code).to.equal(0);

    expect((await front.ended()).signal).to.equal('SIGTERM');
  });

  const GRACES: readonly { readonly of: string; readonly own: number; readonly args: readonly string[] }[] = [
    { of: 'the tree', own: 100, args: [] },
    { of: 'the command', own: 3_600_000, args: ['--grace', '100ms'] },
  ];
  for (const { of, own, args } of GRACES) {
    it(`kills after the grace of ${of}`, async () => {
      const cast = scene().cast({ technique: 'ignore-sigterm' });
      const child = await contain(cast, { grace: own, label: 'stubborn' });

      const { output } = await holdfast(scene(), ['terminate', 'stubborn', ...args]);

      expect(output).to.match(/^tree stubborn: 1 ended politely, 1 killed, 0 left/);
      expect((await child.tree.empty).durationMs).to.be.at.least(100);
    });
  }

  it('ends a released tree', async () => {
    const cast = scene().cast({ technique: 'setsid' });
    const child = await contain(cast, { label: 'free' });
    child.tree.release();

    expect((await holdfast(scene(), ['kill', 'free'])).code).to.equal(0);

    expect(await child.tree.empty).to.include({ reason: 'kill' });
  });

  it('ends a tree together with others that want the same', async () => {
    const cast = scene().cast({ technique: 'setsid', count: 5 });
    const child = await contain(cast, { label: 'wanted' });

    const runs = await Promise.all(['terminate', 'kill', 'kill'].map(async (word) => holdfast(scene(), [word, 'wanted'])));

    for (const { code, errors } of runs) {
      // Who comes late finds no tree any more.
      if (code !== 0) expect(errors).to.match(/there is no such tree/);
    }
    expect(runs.some(({ code }) => code === 0)).to.equal(true);
    await child.tree.empty;
  });

  for (const mechanism of CRASHABLE.filter((one) => whyUnavailable(one) === undefined)) {
    it(`ends a tree that was held by ${mechanism} and whose owner and guard are dead`, async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const { cast, id } = await crash(scene(), { technique: 'setsid' }, mechanism);

      const { code, output, errors } = await holdfast(scene(), ['kill', id]);

      expect([code, errors]).to.deep.equal([0, `holdfast: tree ${id}: the guard is dead\n`]);
      expect(output).to.match(/: 0 ended politely, 2 killed, 0 left/);
      await cast.provenDead(witness);
      expect(records()).to.deep.equal([]);
    });
  }

  itIf(whyUnavailable('cgroup'), 'ends a tree whose guard cannot be continued, and that guard', async () => {
    const frozen = join(ownCgroup() ?? '', 'frozen');
    mkdirSync(frozen);
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'setsid' });
    const owner = await startOwner(scene(), cast, { containment: { mechanism: 'subreaper', label: 'frozen' } });
    const guard = await guardOf(owner.identity);
    writeFileSync(join(frozen, 'cgroup.procs'), String(guard.pid));
    writeFileSync(join(frozen, 'cgroup.freeze'), '1');

    const { code, output, errors } = await holdfast(scene(), ['terminate', 'frozen']);

    expect(code, errors).to.equal(0);
    expect(errors).to.match(/the guard does not answer: it is ended with its tree\n$/);
    expect(output).to.match(/^tree frozen: 0 ended politely, 2 killed, 0 left/);
    await cast.provenDead(witness);
    expect(isAlive(guard)).to.equal(false);
    await owner.come('exit');
    await owner.ended();
    await eventually('no guard is left', () => guards().length === 0);
    rmdirSync(frozen);
  });
});
