// holdfast/native on Windows: jobs, locks and the process table, against the tests' own account.

import { expect } from 'chai';
import { once } from 'node:events';
import { join } from 'node:path';

import { identityOf as identityByAddon, Job, lock, prctl, processGroup, processTable, tryLock } from '#lib/native-api.js';

import { eventually } from '../support/eventually.js';
import { itIf } from '../support/mechanisms.js';
import { identityOf, isAlive, type ProcessIdentity } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import { oracle } from '../support/windows-oracle.js';

const STAYS = ['-e', 'setInterval(() => {}, 1000)'];
const NO_CPU_RATE = oracle?.lackedBy('has no CPU rate control of jobs');
const NO_LIMIT = oracle?.lackedBy('does not enforce a limit of active processes');

describe('holdfast/native on Windows', () => {
  const scene = useScene();

  function startStaying(): ProcessIdentity & { startTime: string } {
    return scene().start([process.execPath, ...STAYS]).identity;
  }

  it('ends the members of a job when it is closed', async () => {
    const [member, other] = [startStaying(), startStaying()];
    const job = Job.create();
    job.assign(member.pid, BigInt(member.startTime));

    expect(job.members().map(({ pid }) => pid)).to.deep.equal([member.pid]);
    expect(job.usage()).to.include({ processes: 1, totalProcesses: 1 });
    job.close();
    job.close();

    await eventually('the member has ended', () => !isAlive(member));
    expect(isAlive(other)).to.equal(true);
    const next = Job.create();
    next.assign(other.pid, BigInt(other.startTime));
    next.terminate(9);
    await eventually('the other has ended', () => !isAlive(other));
    next.close();
  });

  it('ends its members with the exit code that is asked for, and counts whom it had', async () => {
    const [one, two] = [scene().start([process.execPath, ...STAYS]), scene().start([process.execPath, ...STAYS])];
    const job = Job.create();
    for (const { identity } of [one, two]) job.assign(identity.pid, BigInt(identity.startTime));
    expect(() => job.terminate('7' as never)).to.throw(TypeError, 'exitCode has to be a number');
    expect(job.usage().processes).to.equal(2);

    job.terminate(0xc0000005);

    const exits = await Promise.all([one, two].map(async ({ child }) => (await once(child, 'exit')) as [number]));
    expect(exits.map(([code]) => code)).to.deep.equal([0xc0000005, 0xc0000005]);
    await eventually('nobody is left', () => job.usage().processes === 0);
    expect(job.usage()).to.include({ totalProcesses: 2, memoryBytes: 0 });
    expect(job.members()).to.deep.equal([]);
    job.close();
  });

  it('ends nobody after release()', async () => {
    const member = startStaying();
    const job = Job.create();
    job.assign(member.pid, BigInt(member.startTime));

    job.release();
    job.close();

    expect(isAlive(member)).to.equal(true);
    const again = Job.create();
    again.assign(member.pid, BigInt(member.startTime));
    again.terminate();
    await eventually('the member has ended', () => !isAlive(member));
    again.close();
  });

  it('assigns nobody but the process that is meant', () => {
    const job = Job.create();

    expect(() => job.assign(process.pid, 1n)).to.throw('ESRCH');
    job.close();
    expect(() => job.members()).to.throw('EBADF');
  });

  itIf(NO_CPU_RATE, 'takes a limit of cores', async () => {
    const job = Job.create({ cpu: 0.5 });

    job.limit({ cpu: 2 });
    job.close();
    await Promise.resolve();
  });

  it('takes limits, and refuses what is none', () => {
    const job = Job.create({ memory: 2 ** 30, processes: 10 });

    expect(() => job.limit(7 as never)).to.throw(TypeError, 'limits: expected an object, got 7 (number)');
    expect(() => Job.create({ memroy: 1 } as never)).to.throw(TypeError, 'limits: expected only the limits memory, processes, cpu, got "memroy"');
    job.close();
  });

  itIf(NO_LIMIT, 'enforces the limit of processes', async () => {
    const [one, two] = [startStaying(), startStaying()];
    const job = Job.create({ processes: 1 });
    job.assign(one.pid, BigInt(one.startTime));

    expect(() => job.assign(two.pid, BigInt(two.startTime))).to.throw();
    job.close();
    await eventually('the member has ended', () => !isAlive(one));
  });

  it('lists this process as the system does', () => {
    const own = processTable().find(({ pid }) => pid === process.pid);

    expect(own).to.deep.include({ startTime: BigInt(identityOf(process.pid).startTime), ppid: process.ppid });
    expect(own?.name.toLowerCase()).to.equal('node.exe');
  });

  it('tells who has a pid', () => {
    const startTime = BigInt(identityOf(process.pid).startTime);

    expect(identityByAddon(process.pid)).to.deep.equal({ pid: process.pid, startTime });
    expect(identityByAddon(2 ** 30)).to.equal(undefined);
  });

  it('drops a lock when its holder dies', async () => {
    const path = join(scene().directory, 'lock');
    const library = JSON.stringify(require.resolve('#lib/native-api.js'));
    const script = `require(${library}).lock(${JSON.stringify(path)}); console.log("held"); setInterval(() => {}, 1000)`;
    const holder = scene().start([process.execPath, '-e', script]);
    await eventually('the lock is held', () => holder.output.includes('held'));

    expect(tryLock(path)).to.equal(undefined);
    holder.kill('SIGKILL');
    await once(holder.child, 'exit');

    const own = await eventually('the lock is free', () => tryLock(path));
    expect(tryLock(path)).to.equal(undefined);
    own.release();
    lock(path).release();
  });

  it('ends a process after a time, though its main thread hangs', async () => {
    const library = JSON.stringify(require.resolve('#lib/native-api.js'));
    const hang = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
    const run = scene().start([process.execPath, '-e', `require(${library}).exitAfter(100, 7, "enough"); ${hang}`]);
    const closed = once(run.child, 'close');

    expect(await run.ended()).to.deep.equal({ code: 7, signal: null });
    await closed;
    expect(run.errors).to.equal('enough');
  });

  it('says so of what Windows has not', () => {
    expect(() => processGroup.get(0)).to.throw('win32 has no processGroup');
    expect(() => prctl.getName()).to.throw('win32 has no prctl');
  });
});
