// What the daemon does after each look, as save-check does: it sends what waits and ends what crashes have left behind.

import { expect } from 'chai';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { leaveFree } from '../../support/contained.js';
import { crash } from '../../support/crash.js';
import { eventually } from '../../support/eventually.js';
import { HOME } from '../../support/leaks.js';
import { processLine } from '../../support/proc.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene, type Started } from '../../support/scene.js';
import { hangs, status, useFakeRemote } from '../sync/fake-remote.js';
import { enqueue, shelves, workplaceIn } from '../sync/workplace.js';

describe('after each look the save daemon', () => {
  const scene = useScene();
  const remote = useFakeRemote();

  async function run(home: string): Promise<Started> {
    mkdirSync(scene().path('project'), { recursive: true });
    const words = ['save', 'daemon', 'run', '--project', scene().path('project'), '--interval', '1s'];
    const env = { ...process.env, HOLDFAST_HOME: home };
    const started = scene().start([process.execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...words], { env });
    await eventually('the daemon runs', () => started.output === '[OK] runs\n');
    return started;
  }

  /** Asks it to end, and sees that it does. */
  async function end(daemon: Started): Promise<void> {
    daemon.kill('SIGTERM');
    expect(await daemon.ended()).to.deep.equal({ code: 0, signal: null });
  }

  it('sends what waits, also what is saved later', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const first = enqueue(place, 'a');
    const daemon = await run(scene().path('home'));
    await eventually('what has waited is sent', () => shelves(place).sent.includes(first[0] ?? ''));

    const [later = ''] = enqueue(place, 'b');

    await eventually('what was saved later is sent', () => shelves(place).sent.includes(later));
    await end(daemon);
    expect(remote().methods).to.include('PUT');
  });

  it('tries again at the next looks where the remote cannot, and keeps what waits', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const waiting = enqueue(place, 'a');
    remote().always = status(503);
    const daemon = await run(scene().path('home'));
    await eventually('it has tried three times', () => remote().seen.length >= 3);

    await end(daemon);

    expect(shelves(place).outbox).to.include.members(waiting);
  });

  it('ends at once while the remote hangs, and keeps what waits', async () => {
    const place = workplaceIn(scene(), { remote: remote().url, requestTimeoutMs: 60_000, budgetMs: 60_000 });
    const waiting = enqueue(place, 'a');
    remote().always = hangs;
    const daemon = await run(scene().path('home'));
    await eventually('it is being sent', () => remote().seen.length > 0);

    await end(daemon);

    expect(shelves(place).outbox).to.include.members(waiting);
  });

  it('ends what a crash has left behind', async () => {
    const witness = await leaveFree(scene(), { technique: 'setsid' });
    const daemon = await run(HOME);
    const { pid } = daemon.identity;
    daemon.kill('SIGSTOP');
    await eventually('the daemon stands still', () => processLine(pid)?.state === 'T');
    const { cast } = await crash(scene(), { technique: 'setsid' }, 'subreaper');

    daemon.kill('SIGCONT');

    await cast.diesBeside(witness);
    const log = (): string => readFileSync(join(HOME, 'logs', 'holdfast.log'), 'utf8');
    await eventually('the daemon says so', () => log().includes(`save-daemon[${pid}]: ended 1 trees that a crash had left behind`));
    await witness.provenAlive();
    await end(daemon);
  });
});
