// containment.owner and whenOwnerDies on Windows: a guard holds the job, and what ends the tree is the death of the
// owner that was named, and nothing else.

import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';

import { forkContained, spawnContained, type ContainmentOptions } from '#lib/index.js';

import { contain, leaveFree, titleOf } from '../support/contained.js';
import { eventually, within } from '../support/eventually.js';
import { startOwner } from '../support/owner.js';
import { allPids, commandLine, identityOf, isAlive, processLine, type ProcessIdentity } from '../support/proc.js';
import { endProcesses, useScene, type Scene } from '../support/scene.js';
import { ESCAPES } from './escapes.js';

interface Other {
  readonly owner: ProcessIdentity;
  readonly containment: ContainmentOptions;
  readonly end: () => Promise<void>;
}

function startOther(scene: Scene): Other {
  const owner = scene.start([process.execPath, '-e', 'setInterval(() => {}, 1000)']).identity;
  return {
    owner,
    containment: { mechanism: 'job', owner: { pid: owner.pid, startTime: BigInt(owner.startTime) } },
    end: async () => endProcesses(() => [owner].filter(isAlive)),
  };
}

function guardBelow(parent: number): ProcessIdentity | undefined {
  const pid = allPids().find((one) => processLine(one)?.ppid === parent && commandLine(one)[0] === 'holdfast-guard');
  return pid === undefined ? undefined : identityOf(pid);
}

describe('another owner on Windows', () => {
  const scene = useScene();

  for (const escape of [...ESCAPES, { technique: 'no-job-handle' }] as const) {
    it(`takes a ${titleOf(escape)} member with it`, async () => {
      const witness = await leaveFree(scene(), escape);
      const { owner, containment, end } = startOther(scene());
      const cast = scene().cast(escape);
      const child = await contain(cast, containment);

      await end();

      const report = await within('the tree ends', child.tree.empty);
      await cast.provenDead(witness);
      await witness.provenAlive();
      expect(report).to.deep.include({ reason: 'owner-died', survivors: [] });
      expect(child.tree.owner).to.deep.equal({ pid: owner.pid, startTime: BigInt(owner.startTime) });
      expect(child.signalCode).to.equal('SIGKILL');
    });
  }

  it('outlives the spawner with its tree, and then ends it', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const { owner, end } = startOther(scene());
    const cast = scene().cast({ technique: 'detached' });
    const spawner = await startOwner(scene(), cast, { containment: { owner: { pid: owner.pid } } });

    await spawner.come('SIGKILL');
    await spawner.ended();
    await cast.provenAlive();
    await end();

    await cast.provenDead(witness);
  });

  it('leaves the other ways to an end as they are', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const { containment, end } = startOther(scene());
    const casts = [0, 1, 2].map(() => scene().cast({ technique: 'detached' }));
    const started = casts.map((cast, at) => contain(cast, containment, at === 2 ? { timeout: 1500 } : {}));
    const [one, two, three] = await Promise.all(started);

    const members = await one?.tree.members();
    const reports = await Promise.all([one?.tree.kill(), two?.tree.terminate(), three?.tree.empty]);

    for (const cast of casts) await cast.provenDead(witness);
    expect(members?.length).to.be.at.least(2);
    expect(reports.map((report) => report?.reason)).to.deep.equal(['kill', 'terminate', 'timeout']);
    await end();
    expect([one?.signalCode, two?.signalCode, three?.signalCode]).to.deep.equal(['SIGKILL', 'SIGTERM', 'SIGTERM']);
  });

  it('leaves the child as it is: input, output, messages, exit code, kill()', async () => {
    const { containment, end } = startOther(scene());
    const echoing = 'process.stdin.on("end", () => process.reallyExit(0xC0000005 | 0)).pipe(process.stdout)';
    const echo = spawnContained(process.execPath, ['-e', echoing], { containment });
    const script = scene().path('echo.js');
    writeFileSync(script, 'process.on("message", (m) => process.send({ echo: m }))');
    const talker = forkContained(script, { containment });
    let text = '';
    echo.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const closed = once(echo, 'close');
    echo.stdin.end('through');
    talker.send('hello');

    const [message] = (await within('an answer comes', once(talker, 'message'))) as [unknown];
    const [code] = (await within('it closes', closed)) as [number];
    talker.kill();
    const [, signal] = (await within('it exits', once(talker, 'exit'))) as [null, string];

    expect([text, code, message, signal]).to.deep.equal(['through', 0xc0000005, { echo: 'hello' }, 'SIGTERM']);
    await Promise.all([echo.tree.empty, talker.tree.empty]);
    await end();
  });

  it('gives a missing program the error that Node gives', async () => {
    const { containment, end } = startOther(scene());
    const child = spawnContained('.\\missing-program', [], { containment });

    const [error] = (await once(child, 'error')) as [Error];

    expect(error).to.include({ code: 'ENOENT', syscall: 'spawn .\\missing-program' });
    expect((await child.tree.empty).reason).to.equal('not-started');
    await end();
  });

  it('is refused when it is dead or another, and nothing starts', () => {
    const { startTime } = identityOf(process.pid);
    const path = scene().path('started');
    const start = (owner: ContainmentOptions['owner']) => () => spawnContained('cmd.exe', ['/c', `echo > ${path}`], { containment: { owner } });

    expect(start({ pid: process.pid, startTime: BigInt(startTime) + 1n })).to.throw('started at').with.property('code', 'ERR_HOLDFAST_OWNER');
    expect(start({ pid: 0x7ffffffc, startTime: 1n })).to.throw('not alive').with.property('code', 'ERR_HOLDFAST_OWNER');
    expect(() => readFileSync(path)).to.throw('ENOENT');
  });

  it('lets the tree live on after release()', async () => {
    const { containment, end } = startOther(scene());
    const cast = scene().control({ technique: 'detached' });
    const child = await contain(cast, containment);

    child.tree.release();
    await end();

    await cast.provenAlive();
    cast.declareOver();
    expect((await within('the tree ends', child.tree.empty)).reason).to.equal('released');
  });

  it('is not needed for the end of a tree whose guard is killed', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const { containment, end } = startOther(scene());
    const cast = scene().cast({ technique: 'detached' });
    const child = await contain(cast, containment);
    const guard = guardBelow(process.pid);
    if (guard === undefined) throw new Error('there is no guard');

    await endProcesses(() => [guard].filter(isAlive));

    expect((await within('the tree ends', child.tree.empty)).reason).to.equal('guard-died');
    await cast.provenDead(witness);
    await end();
    expect(child.signalCode).to.equal('SIGKILL');
  });

  it('leaves no guard behind', async () => {
    await eventually('no guard is left', () => guardBelow(process.pid) === undefined);
  });
});

describe("whenOwnerDies: 'terminate' on Windows", () => {
  const scene = useScene();

  it('asks a window to close before it terminates the others after the grace', async () => {
    const witness = await leaveFree(scene(), { technique: 'window' });
    const cast = scene().cast({ technique: 'window' });
    const owner = await startOwner(scene(), cast, { containment: { whenOwnerDies: 'terminate', grace: 5000 } });

    await owner.come('SIGKILL');
    await owner.ended();

    await eventually('the window is closed, and the root is still there', () => cast.living().length === 1, 5000);
    await cast.provenDead(witness);
    await witness.provenAlive();
  });

  it('ends the tree with its owner, whoever can be asked', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'parent-exits' });
    const owner = await startOwner(scene(), cast, { containment: { whenOwnerDies: 'terminate' } });

    await owner.come('SIGKILL');
    await owner.ended();

    await cast.provenDead(witness);
  });
});
