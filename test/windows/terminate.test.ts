// tree.terminate() on Windows: whoever has a window or a console of the tree's own is asked, the others are terminated
// as Node's kill() does it.

import { expect } from 'chai';
import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import { contain, leaveFree } from '../support/contained.js';
import { itIf } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { oracle } from '../support/windows-oracle.js';

const NO_BREAK = oracle?.lackedBy('does not send CTRL_BREAK: GenerateConsoleCtrlEvent fails with ERROR_INVALID_HANDLE');
const containment = { mechanism: 'job', whenRootExits: 'wait' } as const;

describe('tree.terminate() on Windows', () => {
  const scene = useScene();

  it('terminates at once where nobody can be asked, with the signal that was asked for', async () => {
    const control = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'detached' });
    const child = await contain(cast, containment);

    const report = await child.tree.terminate({ grace: 60_000 });

    await cast.provenDead(control);
    expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 0, killed: 2, survivors: [] });
    expect(child.signalCode).to.equal('SIGTERM');
  });

  it('asks a window to close, and terminates the others after the grace', async () => {
    const control = await leaveFree(scene(), { technique: 'window' });
    const cast = scene().cast({ technique: 'window' });
    const child = await contain(cast, containment);

    const report = await child.tree.terminate({ grace: 1000 });

    await cast.provenDead(control);
    await control.provenAlive();
    expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 1, killed: 1, survivors: [] });
    expect(child.signalCode).to.equal('SIGKILL');
  });

  itIf(NO_BREAK, 'sends CTRL_BREAK to a root with a console of its own', async () => {
    const script = 'process.on("SIGBREAK", () => process.exit(9)); console.log("up"); setInterval(() => {}, 1000)';
    const child = spawnContained(process.execPath, ['-e', script], { windowsHide: true });
    await once(child.stdout, 'data');

    const report = await child.tree.terminate({ grace: 10_000 });

    expect(report).to.deep.include({ reason: 'terminate', killed: 0, survivors: [] });
    expect(child.exitCode).to.equal(9);
  });

  itIf(NO_BREAK, 'kills a member that ignores CTRL_BREAK after the grace', async () => {
    const control = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'ignore-break' });
    const [file = '', ...args] = cast.argv;
    const child = spawnContained(file, args, { windowsHide: true, stdio: 'ignore', containment });
    await cast.ready();

    const report = await child.tree.terminate({ grace: 200 });

    expect(cast.living()).to.deep.equal([]);
    await control.provenAlive();
    expect(report.killed).to.be.at.least(1);
  });

  it('is overtaken by kill()', async () => {
    const control = await leaveFree(scene(), { technique: 'window' });
    const cast = scene().cast({ technique: 'window', count: 2 });
    const child = await contain(cast, containment);

    const polite = child.tree.terminate({ grace: 60_000 });
    await child.tree.kill();

    await cast.provenDead(control);
    expect((await polite).killed).to.be.at.least(1);
  });

  it('is hastened by a timeout', async () => {
    const control = await leaveFree(scene(), { technique: 'window' });
    const cast = scene().cast({ technique: 'window' });
    const child = await contain(cast, { ...containment, grace: 100 }, { timeout: 6000 });

    const report = await child.tree.terminate({ grace: 3_600_000 });

    await cast.provenDead(control);
    expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 1, killed: 1, survivors: [] });
  });

  it('is what the end of `await using` does', async () => {
    const control = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'plain' });
    const child = await contain(cast, containment);

    await child.tree[Symbol.asyncDispose]();

    await cast.provenDead(control);
    expect((await child.tree.empty).reason).to.equal('terminate');
  });
});
