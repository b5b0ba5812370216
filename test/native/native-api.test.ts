// holdfast/native: each feature against the kernel's own account of it.

import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { identityOf as identityByAddon, lock, prctl, processGroup, processTable, tryLock } from '#lib/native-api.js';

import { eventually, within } from '../support/eventually.js';
import { identityOf, isAlive, processLine, readProcFile } from '../support/proc.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene } from '../support/scene.js';

const { SIGTERM } = constants.signals;

function ownStatus(field: string): string {
  const line = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`^${field}:\\s*(.*)$`, 'm'));
  return line?.[1] ?? '';
}

/** Runs JavaScript with `native` in scope in a process of its own, and returns what it prints. */
async function inAnotherNode(script: string): Promise<string> {
  const preamble = `const native = require(${JSON.stringify(join(PROJECT_ROOT, 'dist', 'native-api.js'))});`;
  const child = spawn(execPath, ['-e', preamble + script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await within('the other Node ends', once(child, 'close'));
  return output.trim();
}

describe('exitAfter', () => {
  const HANG = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
  const SAY = 'console.log("still here")';

  async function endOf(script: string): Promise<{ code: number | null; output: string; errors: string }> {
    const library = JSON.stringify(join(PROJECT_ROOT, 'dist', 'native-api.js'));
    const child = spawn(execPath, ['-e', `const { exitAfter } = require(${library}); ${script}`]);
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    await within('the other Node ends', once(child, 'close'));
    return { code: child.exitCode, output: output.trim(), errors };
  }

  it('ends a process though its main thread hangs, with the code and the words that were given', async () => {
    expect(await endOf(`exitAfter(100, 7, 'enough'); ${HANG}`)).to.deep.equal({ code: 7, output: '', errors: 'enough' });
  });

  it('counts as it was called last', async () => {
    const taken = `exitAfter(150, 7); exitAfter(undefined); ${HANG.replace(/\)$/, ', 400)')}; ${SAY}`;
    const later = `exitAfter(150, 7); exitAfter(300, 8); ${HANG}`;

    expect(await endOf(taken)).to.deep.equal({ code: 0, output: 'still here', errors: '' });
    expect(await endOf(later)).to.deep.equal({ code: 8, output: '', errors: '' });
  });

  it('throws what is no time', async () => {
    for (const time of ["'soon'", '-1', '2 ** 31', 'NaN']) expect((await endOf(`exitAfter(${time})`)).errors).to.match(/RangeError: ms/);
  });
});

describe('processGroup', () => {
  it('names the group of a process', () => {
    expect(processGroup.get(0)).to.equal(processLine(process.pid)?.group);
    expect(processGroup.get(process.pid)).to.equal(processGroup.get(0));
  });

  it('throws as Node does for a process that is not there', () => {
    expect(() => processGroup.get(2 ** 30))
      .to.throw(/^ESRCH: no such process, getpgid$/)
      .that.includes({ code: 'ESRCH', errno: -constants.errno.ESRCH, syscall: 'getpgid' });
  });

  it('makes a process the leader of a group', async () => {
    const output = await inAnotherNode(
      'native.processGroup.set(0, 0); console.log(native.processGroup.get(0) === process.pid);',
    );

    expect(output).to.equal('true');
  });

  it('signals the group of a leader that is who was meant', async () => {
    const leader = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const { pid, startTime } = identityOf(leader.pid as number);

    processGroup.signal(pid, BigInt(startTime), SIGTERM);

    expect((await within('the leader ends', once(leader, 'exit')))[1]).to.equal('SIGTERM');
  });

  it('signals nobody when the leader is somebody else, or leads no group', async () => {
    const leader = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const follower = spawn('sleep', ['60'], { stdio: 'ignore' });
    const late = identityOf(leader.pid as number);
    const other = identityOf(follower.pid as number);

    expect(() => processGroup.signal(late.pid, BigInt(late.startTime) + 1n, SIGTERM)).to.throw(/ESRCH/);
    expect(() => processGroup.signal(other.pid, BigInt(other.startTime), SIGTERM)).to.throw(/ESRCH/);
    expect(() => processGroup.signal(1, 0n, SIGTERM)).to.throw(/ESRCH/);

    expect(leader.kill('SIGKILL') && follower.kill('SIGKILL')).to.equal(true);
    await within('both end', Promise.all([once(leader, 'exit'), once(follower, 'exit')]));
    expect([leader.signalCode, follower.signalCode]).to.deep.equal(['SIGKILL', 'SIGKILL']);
  });
});

describe('prctl', () => {
  it('reads and sets the name of the thread, cut to 15 bytes', async () => {
    const output = await inAnotherNode(
      'native.prctl.setName("a-name-that-is-too-long");' +
        'console.log(native.prctl.getName(), require("fs").readFileSync("/proc/self/comm", "utf8").trim());',
    );

    expect(output).to.equal('a-name-that-is- a-name-that-is-');
  });

  it('reads and sets whether the process may be dumped', async () => {
    const output = await inAnotherNode(
      'const before = native.prctl.getDumpable(); native.prctl.setDumpable(0);' +
        'console.log(before, native.prctl.getDumpable());',
    );

    expect(output).to.equal('1 0');
  });

  it('gives up new privileges for good', async () => {
    const output = await inAnotherNode(
      'const before = native.prctl.getNoNewPrivs(); native.prctl.setNoNewPrivs();' +
        'const status = require("fs").readFileSync("/proc/self/status", "utf8");' +
        'console.log(before, native.prctl.getNoNewPrivs(), /NoNewPrivs:\\s*1/.test(status));',
    );

    expect(output).to.equal(`${ownStatus('NoNewPrivs') === '1'} true true`);
  });

  it('lets a process die with the one that started it', async () => {
    const native = JSON.stringify(join(PROJECT_ROOT, 'dist', 'native-api.js'));
    const dying = `const { prctl } = require(${native}); prctl.setParentDeathSignal(9);
      console.log(process.pid, prctl.getParentDeathSignal()); setInterval(() => {}, 1000);`;
    const parent = spawn('sh', ['-c', '"$0" -e "$1" & wait', execPath, dying], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [data] = (await within('the child speaks', once(parent.stdout, 'data'))) as [Buffer];
    const [pid, signo] = data.toString().trim().split(' ').map(Number) as [number, number];
    const child = identityOf(pid);

    parent.kill('SIGKILL');

    expect(signo).to.equal(9);
    await eventually('the child died with its parent', () => !isAlive(child));
  });

  it('refuses a subreaper inside Node and says why', () => {
    expect(() => prctl.setChildSubreaper()).to.throw(/zombie/);
  });

  it('refuses an argument of a wrong type', () => {
    expect(() => {
      prctl.setName(7 as unknown as string);
    }).to.throw(TypeError, 'name');
  });
});

describe('processTable', () => {
  it('shows this process as /proc does', () => {
    const own = processTable().find(({ pid }) => pid === process.pid);

    const line = processLine(process.pid);
    expect(own).to.include({ ppid: process.ppid, pgrp: line?.group, uid: process.geteuid?.() });
    expect(own?.startTime).to.equal(BigInt(identityOf(process.pid).startTime));
  });
});

describe('identityOf', () => {
  const scene = useScene();

  it('tells the start time that /proc does', () => {
    const startTime = BigInt(identityOf(process.pid).startTime);

    expect(identityByAddon(process.pid)).to.deep.equal({ pid: process.pid, startTime });
  });

  it('knows nobody of a pid that no process has, and none that is dead', async () => {
    // The shell would wait for a child that ends before it has become another program.
    const script = 'exec 3<&0; (read line <&3) & exec 3<&-; echo $!; exec sleep 1000';
    const parent = scene().start(['sh', '-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
    const pid = Number(await eventually('it is there', () => /^\d+\n/.exec(parent.output)?.[0]));
    await eventually('nobody waits for it', () => readProcFile(`/proc/${parent.identity.pid}/comm`) === 'sleep\n');
    parent.child.stdin?.write('\n');
    await eventually('it is dead, and not waited for', () => processLine(pid)?.state === 'Z');

    expect(identityByAddon(pid)).to.equal(undefined);
    expect([0, -1, 2 ** 30].map(identityByAddon)).to.deep.equal([undefined, undefined, undefined]);
    parent.kill('SIGKILL');
    await parent.ended();
  });

  it('throws what is no number', () => {
    expect(() => identityByAddon('1' as never)).to.throw(TypeError, 'pid');
  });
});

describe('lock', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('is held by one at a time and private to its user', () => {
    const path = join(directory, 'lock');
    const held = lock(path);

    expect(tryLock(path)).to.equal(undefined);
    held.release();
    held.release();
    const again = tryLock(path);

    expect(again).to.not.equal(undefined);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    again?.release();
  });

  it('is dropped by the kernel when its holder is killed', async () => {
    const path = join(directory, 'lock');
    const native = JSON.stringify(join(PROJECT_ROOT, 'dist', 'native-api.js'));
    const script = `globalThis.held = require(${native}).lock(process.argv[1]); console.log("held"); setInterval(() => {}, 1000);`;
    const holder = spawn(execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await within('the lock is held', once(holder.stdout, 'data'));
    expect(tryLock(path)).to.equal(undefined);

    holder.kill('SIGKILL');
    await within('the holder is dead', once(holder, 'exit'));

    const ours = tryLock(path);
    expect(ours).to.not.equal(undefined);
    ours?.release();
  });

  it('says what cannot be locked', () => {
    expect(() => lock(join(directory, 'missing', 'lock')))
      .to.throw(/^ENOENT: no such file or directory, open '.*'$/)
      .that.includes({ code: 'ENOENT', syscall: 'open' });
  });
});
