// The trees of a Windows process are seen and ended by other processes of the same user: by their records, and over the
// pipe that the thread of the addon serves, also while the event loop is blocked.

import { expect } from 'chai';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { cleanup, spawnContained, trees } from '#lib/index.js';

import { holdfast } from '../support/command.js';
import { contain, leaveFree } from '../support/contained.js';
import { eventually, within } from '../support/eventually.js';
import { HOME } from '../support/leaks.js';
import { itIf } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { identityOf, isAlive, type ProcessIdentity } from '../support/proc.js';
import { endProcesses, useScene } from '../support/scene.js';
import { oracle } from '../support/windows-oracle.js';

const NO_FIRST = oracle?.lackedBy('lets a second pipe of the same name be made (FILE_FLAG_FIRST_PIPE_INSTANCE)');
const STAYS = ['-e', 'setInterval(() => {}, 1000)'];
const pipeOf = (id: string): string => `\\\\.\\pipe\\holdfast-${id}`;
const idOf = (pid: number, label: string): string => `${label}${pid}`.padEnd(20, '0');

function recordText(id: string, guard: Pick<ProcessIdentity, 'pid'> & { startTime: string }, more = ''): string {
  const machine = /^machine .*$/m.exec(readFileSync(join(HOME, 'run', readdirSync(join(HOME, 'run'))[0] ?? ''), 'latin1'))?.[0];
  const who = `${guard.pid} ${guard.startTime}`;
  return `holdfast 1\ntree ${id}\nmark ${id}\nuid 0\n${machine ?? ''}\nboot %\npid-namespace %\nowner ${who}\nguard ${who}\nmechanism job\nescapable broker\nfile x\ncreated 1\n${more}`;
}

function lineOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.on('data', (bytes: Buffer) => { resolve(bytes.toString().trim()); }));
}

describe('the records of Windows', () => {
  const scene = useScene();

  it('show a live tree with its members, and go with it', async () => {
    const cast = scene().cast({ technique: 'detached', count: 2 });
    const child = await contain(cast, { label: 'shown' });
    const living = cast.living().map(({ pid }) => pid);

    const [tree] = (await trees()).filter(({ id }) => id === child.tree.id);
    const listed = await holdfast(scene(), ['ps', '--json'], HOME);
    const drawn = await holdfast(scene(), ['tree', 'shown'], HOME);

    expect(tree).to.deep.include({ label: 'shown', state: 'live', mechanism: 'job', escapable: ['broker'] });
    expect(tree?.members?.map(({ pid }) => pid)).to.include.members(living);
    expect([tree?.owner?.pid, tree?.root?.pid]).to.deep.equal([process.pid, child.pid]);
    expect(listed.listed('trees').filter((one) => one['label'] === 'shown')).to.have.length(1);
    expect(drawn.output).to.contain(`root ${child.pid ?? 0}`);
    await child.tree.kill();
    expect(readdirSync(join(HOME, 'run')).filter((name) => name.includes(child.tree.id))).to.deep.equal([]);
  });

  for (const how of ['kill', 'terminate'] as const) {
    it(`let another process ${how} it, while the owner's loop is blocked`, async () => {
      const control = await leaveFree(scene(), { technique: 'detached' });
      const cast = scene().cast({ technique: 'parent-exits' });
      const owner = await startOwner(scene(), cast, { containment: { label: `blocked-${how}` } });
      await owner.come('block');

      const run = await holdfast(scene(), [how, `blocked-${how}`], HOME);

      expect(run.code, run.errors).to.equal(0);
      await cast.diesBeside(control);
      await owner.come('SIGKILL');
      await owner.ended();
    });
  }

  it('show a tree of `holdfast run`, and end it', async () => {
    const front = scene().start([process.execPath, join(__dirname, '..', '..', '..', 'bin', 'holdfast.js'), 'run', '--label', 'fronted', '--', process.execPath, ...STAYS]);
    await eventually('the tree is listed', async () => (await trees()).some(({ label }) => label === 'fronted'), 30_000);

    const run = await holdfast(scene(), ['kill', 'fronted', '--json'], HOME);

    expect(run.document()).to.deep.include({ reason: 'kill', survivors: [] });
    expect((await front.ended()).code).to.equal(128 + 9);
  });

  it('show a tree whose guard is a process of its own, and end it', async () => {
    const owner = scene().start([process.execPath, ...STAYS]).identity;
    const cast = scene().cast({ technique: 'detached' });
    const control = await leaveFree(scene(), { technique: 'plain' });
    const child = await contain(cast, { label: 'guarded', owner: { pid: owner.pid } });

    const tree = (await trees()).find(({ label }) => label === 'guarded');
    const run = await holdfast(scene(), ['kill', 'guarded'], HOME);

    expect(run.code, run.errors).to.equal(0);
    expect([tree?.owner?.pid, tree?.guard?.alive]).to.deep.equal([owner.pid, true]);
    expect(tree?.guard?.pid).not.to.equal(owner.pid);
    await cast.provenDead(control);
    expect((await child.tree.empty).reason).to.equal('kill');
    await endProcesses(() => [owner].filter(isAlive));
  });

  it('vanish with an owner that is terminated', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'detached' });
    const owner = await startOwner(scene(), cast, { containment: { label: 'crashing' } });
    expect((await trees()).some(({ label }) => label === 'crashing')).to.equal(true);

    await owner.come('SIGKILL');
    await owner.ended();

    await cast.provenDead(witness);
    await eventually('its record has gone', async () => !(await trees()).some(({ label }) => label === 'crashing'));
  });

  it('answer nobody who asks for what is the owner\'s alone', async () => {
    const child = spawnContained(process.execPath, STAYS, { stdio: 'ignore' });
    const socket = connect(pipeOf(child.tree.id));
    const closed = once(socket, 'close');
    const answer = lineOf(socket);

    socket.write('release\n');

    expect(await within('it answers', answer)).to.equal('unknown release');
    await within('it hangs up', closed);
    expect(child.exitCode).to.equal(null);
    await child.tree.kill();
  });

  it('serve others while somebody floods, keeps silent or is in the middle of a line', async () => {
    const child = spawnContained(process.execPath, STAYS, { stdio: 'ignore' });
    const bad = ['', 'memb', 'x'.repeat(5000), 'members\n'.repeat(500)].map((text) => {
      const socket = connect(pipeOf(child.tree.id));
      socket.on('error', () => undefined); // being hung up on
      socket.write(text);
      return socket;
    });
    await Promise.all(bad.map((socket) => once(socket, 'connect')));

    const socket = connect(pipeOf(child.tree.id));
    const answer = lineOf(socket);
    socket.write('usage\n');

    expect(await within('it answers', answer)).to.match(/^usage 1 /);
    for (const one of [...bad, socket]) one.destroy();
    await child.tree.kill();
  });

  itIf(NO_FIRST, 'keep the name of the pipe from whoever comes second', async () => {
    const child = spawnContained(process.execPath, STAYS, { stdio: 'ignore' });
    const server = createServer();
    server.listen(pipeOf(child.tree.id));

    const [error] = (await within('it fails', once(server, 'error'))) as [NodeJS.ErrnoException];

    expect(error.code).to.be.oneOf(['EADDRINUSE', 'EACCES']);
    await child.tree.kill();
  });

  it('that a crash of the system has left are removed, and nobody is signalled for them', async () => {
    const child = spawnContained(process.execPath, STAYS, { stdio: 'ignore' });
    const innocent = scene().start([process.execPath, ...STAYS]).identity;
    const id = idOf(innocent.pid, 'crash');
    const path = join(HOME, 'run', `${id}.tree`);
    writeFileSync(path, recordText(id, { pid: 0x7ffffffc, startTime: '1' }, `root ${innocent.pid} ${innocent.startTime}\n`));

    const told = await cleanup({ dryRun: true });
    const before = readdirSync(join(HOME, 'run'));
    const explained = await holdfast(scene(), ['cleanup', '--explain', String(innocent.pid)], HOME);
    const done = await cleanup();

    expect(told.trees.find((tree) => tree.id === id)).to.deep.include({ tier: 'A', action: 'would-end' });
    expect(before).to.include(`${id}.tree`);
    expect(explained.output).to.contain('verdict: C');
    expect(done.trees.find((tree) => tree.id === id)).to.deep.include({ action: 'ended', killed: 0 });
    expect(done.suspects.map(({ pid }) => pid)).to.include(innocent.pid);
    expect(done.trees.find((tree) => tree.id === child.tree.id)).to.deep.include({ tier: 'D', action: 'none' });
    expect(isAlive(innocent)).to.equal(true);
    expect(readdirSync(join(HOME, 'run'))).not.to.include(`${id}.tree`);
    await endProcesses(() => [innocent].filter(isAlive));
    await child.tree.kill();
  });

  it('are not believed when they are forged', async () => {
    const child = spawnContained(process.execPath, STAYS, { stdio: 'ignore' });
    const self = identityOf(process.pid);
    const id = idOf(1, 'forged');
    const foreign = recordText(id, self).replace(/^machine .*$/m, 'machine another');
    writeFileSync(join(HOME, 'run', `${id}.tree`), foreign);
    const other = idOf(2, 'forged');
    writeFileSync(join(HOME, 'run', `${other}.tree`), 'holdfast 1\nnonsense');
    mkdirSync(join(HOME, 'run', `${idOf(3, 'forged')}.tree`));

    const states = new Map((await trees()).map(({ id: one, state }) => [one, state]));
    const report = await cleanup();

    expect([states.get(id), states.get(other), states.get(idOf(3, 'forged'))]).to.deep.equal(['foreign', 'corrupt', undefined]);
    expect(report.trees.filter(({ action }) => action !== 'none')).to.deep.equal([]);
    rmSync(join(HOME, 'run', `${id}.tree`));
    rmSync(join(HOME, 'run', `${other}.tree`));
    rmSync(join(HOME, 'run', `${idOf(3, 'forged')}.tree`), { recursive: true });
    await child.tree.kill();
  });

  it('are missed by nobody who spawns where none can be kept', async () => {
    const file = scene().path('no-directory');
    writeFileSync(file, '');
    const script = 'const c = require(process.argv[1]).spawnContained(process.execPath, ["-e", ""], { stdio: "ignore" }); c.tree.empty.then((r) => console.log(r.reason, c.tree.escapable.join()))';
    const library = require.resolve('#lib/index.js');
    const started = scene().start([process.execPath, '-e', script, library], { env: { ...process.env, HOLDFAST_HOME: file } });

    await within('it ends', once(started.child, 'close'));

    expect(started.output.trim()).to.equal('root-exited broker');
  });
});
