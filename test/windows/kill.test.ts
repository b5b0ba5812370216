// tree.kill() ends every member of a job, whatever it did to leave, and proves it; and so does every other end.

import { expect } from 'chai';
import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import type { Escape } from '../support/cast.js';
import { contain, leaveFree, titleOf } from '../support/contained.js';
import { useScene } from '../support/scene.js';

const ESCAPES: readonly Escape[] = [
  { technique: 'plain' },
  { technique: 'detached' },
  { technique: 'own-console' },
  { technique: 'start-b' },
  { technique: 'parent-exits' },
  { technique: 'breakaway' },
  { technique: 'own-job' },
  { technique: 'silent-breakaway' },
  { technique: 'own-child-by-name' },
  { technique: 'ignore-break' },
  { technique: 'no-job-handle' },
  { technique: 'deep', count: 10 },
  { technique: 'plain', count: 30 },
];

const containment = { mechanism: 'job' } as const;

describe('tree.kill() on Windows', () => {
  const scene = useScene();

  for (const escape of ESCAPES) {
    it(`ends ${titleOf(escape)}`, async () => {
      const control = await leaveFree(scene(), escape);
      const cast = scene().cast(escape);
      const child = await contain(cast, containment);

      const report = await child.tree.kill();

      await cast.provenDead(control);
      await control.provenAlive();
      expect(report).to.deep.include({ reason: 'kill', survivors: [] });
      expect(child.signalCode).to.equal('SIGKILL');
    });
  }

  it('ends what a detached root has started', async () => {
    const control = await leaveFree(scene(), { technique: 'parent-exits' });
    const cast = scene().cast({ technique: 'parent-exits' });
    const child = await contain(cast, containment, { detached: true });

    await child.tree.kill();

    await cast.provenDead(control);
  });

  it('counts whom it killed', async () => {
    const cast = scene().cast({ technique: 'detached', count: 3 });
    const child = await contain(cast, containment);

    expect((await child.tree.kill()).killed).to.equal(4);
  });

  it('names the route by which a member could leave', async () => {
    const cast = scene().cast({ technique: 'plain' });
    const child = await contain(cast, {});

    expect(child.tree.mechanism).to.equal('job');
    expect(child.tree.escapable).to.include('broker');
    await child.tree.kill();
  });

  it('lists the members and what they use', async () => {
    const cast = scene().cast({ technique: 'detached', count: 2 });
    const child = await contain(cast, containment);
    const living = cast.living().map(({ pid, startTime }) => `${pid}@${startTime}`);

    const members = await child.tree.members();
    const usage = await child.tree.usage();

    expect(members.map(({ pid, startTime }) => `${pid}@${startTime}`)).to.include.members(living);
    expect(usage.processes).to.equal(members.length);
    expect(usage.memoryBytes).to.be.greaterThan(0);
    for (const { memoryBytes, ageMs } of members) {
      expect(memoryBytes).to.be.greaterThan(0);
      expect(ageMs).to.be.greaterThan(0);
    }
    await child.tree.kill();
  });

  it('is followed by the same report again', async () => {
    const cast = scene().cast({ technique: 'plain' });
    const child = await contain(cast, containment);

    const reports = await Promise.all([child.tree.kill(), child.tree.kill(), child.tree.terminate()]);

    for (const report of reports) expect(report).to.equal(await child.tree.empty);
  });

  it('signals every member', async () => {
    const control = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'detached', count: 2 });
    const child = await contain(cast, { ...containment, whenRootExits: 'wait' });

    const counted = child.tree.signal(0);
    const sent = child.tree.signal('SIGKILL');

    await cast.provenDead(control);
    expect(sent).to.equal(counted).and.to.be.at.least(3);
    expect((await child.tree.empty).reason).to.equal('ended');
  });
});

describe('the end of a root on Windows', () => {
  const scene = useScene();

  for (const technique of ['plain', 'detached', 'parent-exits', 'start-b'] as const) {
    it(`takes a ${technique} member with it`, async () => {
      const control = await leaveFree(scene(), { technique, root: 'exit' });
      const cast = scene().cast({ technique, root: 'exit' });
      const child = await contain(cast, containment);

      const report = await child.tree.empty;

      await cast.provenDead(control);
      await control.provenAlive();
      expect(report.reason).to.equal('root-exited');
      expect(child.exitCode).to.equal(7);
    });
  }

  it("leaves the members alone under whenRootExits: 'wait'", async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'detached', root: 'exit' });
    const child = await contain(cast, { ...containment, whenRootExits: 'wait' });
    if (child.exitCode === null) await once(child, 'exit');

    await cast.provenAlive();
    cast.declareOver();

    await cast.provenDead(witness);
    expect(await child.tree.empty).to.deep.include({ reason: 'ended', killed: 0 });
  });
});

describe('a timeout and an abort on Windows', () => {
  const scene = useScene();

  it('end every member', async () => {
    const control = await leaveFree(scene(), { technique: 'detached' });
    const cast = scene().cast({ technique: 'detached' });
    const child = await contain(cast, containment, { timeout: 1500 });

    const report = await child.tree.empty;

    await cast.provenDead(control);
    expect(report).to.deep.include({ reason: 'timeout', survivors: [] });
    expect([child.killed, child.signalCode]).to.deep.equal([true, 'SIGTERM']);
  });

  it('fire while the event loop is blocked', async () => {
    const control = await leaveFree(scene(), { technique: 'detached' });
    const cast = scene().cast({ technique: 'detached' });
    const child = await contain(cast, containment, { timeout: 1500, killSignal: 'SIGKILL' });

    const deadline = performance.now() + 10_000;
    while (cast.living().length > 0) if (performance.now() > deadline) throw new Error('nothing has ended');

    await cast.provenDead(control);
    expect((await child.tree.empty).reason).to.equal('timeout');
  });

  it('tell of the abort as Node does', async () => {
    const control = await leaveFree(scene(), { technique: 'detached' });
    const cast = scene().cast({ technique: 'detached' });
    const abort = new AbortController();
    const child = await contain(cast, containment, { signal: abort.signal });
    const failed = once(child, 'error');

    abort.abort(new Error('changed my mind'));

    const [error] = (await failed) as [Error];
    await cast.provenDead(control);
    expect(error).to.include({ name: 'AbortError', code: 'ABORT_ERR' });
    expect((await child.tree.empty).reason).to.equal('abort');
  });

  it('leave a tree in time that ends by itself', async () => {
    const child = spawnContained(process.execPath, ['-e', ''], { timeout: 60_000, stdio: 'ignore' });

    expect((await child.tree.empty).reason).to.equal('root-exited');
  });
});
