// The socket beside the record: another process of the user asks a guard for its members and for the end of its
// tree. Nobody else is answered, and no caller keeps the guard from its work.

import { expect } from 'chai';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Cast } from '../support/cast.js';
import { Caller, socketOf } from '../support/caller.js';
import { eventually } from '../support/eventually.js';
import { castBehindFront, frontArgv } from '../support/front.js';
import { HOME, guards, records } from '../support/leaks.js';
import { NEEDS_ROOT, forEachMechanism, itIf } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { readProcFile } from '../support/proc.js';
import { leaveFree } from '../support/contained.js';
import { useScene } from '../support/scene.js';

function theRecord(home = HOME): string {
  const names = readdirSync(join(home, 'run')).filter((name) => name.endsWith('.tree'));
  expect(names).to.have.length(1);
  return join(home, 'run', names[0] ?? '');
}

function memberPids(caller: Caller): number[] {
  return caller.lines.filter((line) => line.startsWith('member ')).map((line) => Number(line.split(' ')[1]));
}

describe('the socket of a guard', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('names the members to another process, and ends the tree for it', async () => {
      const witness = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid', count: 2 });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism]);
      const path = await socketOf(theRecord());
      const caller = await Caller.reach(theRecord());

      caller.say('members');
      await caller.hears(/^members 3$/);
      expect(memberPids(caller)).to.have.members(cast.living().map(({ pid }) => pid));
      expect(statSync(path).mode & 0o777).to.equal(0o600);

      caller.say('end kill 9 0');
      expect(await caller.hears(/^empty /)).to.match(/^empty kill 0 [23] \d+$/);
      await cast.provenDead(witness);
      await front.ended();
      expect(readdirSync(dirname(path))).to.deep.equal([]);
      caller.hangUp();
    });

    it('ends a tree politely with its own grace, and at once for who is in a hurry', async () => {
      const cast = scene().cast({ technique: 'ignore-sigterm' });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism, '--grace', '1h']);
      const [patient, hasty] = [await Caller.reach(theRecord()), await Caller.reach(theRecord())];

      patient.say('end terminate 15 -');
      hasty.say('usage');
      await hasty.hears(/^usage \d+ \d+ \d+$/);
      hasty.say('end kill 9 0');

      expect(await patient.hears(/^empty /)).to.match(/^empty terminate /);
      expect(await hasty.hears(/^empty /)).to.match(/^empty terminate /);
      await front.ended();
      patient.hangUp();
      hasty.hangUp();
    });
  });

  it('hastens an end that takes an hour when the timeout comes', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'ignore-sigterm' });
    const front = await castBehindFront(scene(), cast, ['--timeout', '1s', '--grace', '100ms']);
    const caller = await Caller.reach(theRecord());

    caller.say('end terminate 15 3600000');

    expect(await caller.hears(/^empty /)).to.match(/^empty terminate 1 1 \d+$/);
    await cast.provenDead(witness);
    await front.ended();
    caller.hangUp();
  });

  it('is answered also when the tree was released and the owner is dead', async () => {
    const cast = scene().control({ technique: 'plain' });
    const owner = await startOwner(scene(), cast, {});
    await owner.come('release');
    await owner.says(/^released$/m);
    await owner.come('SIGKILL');
    await owner.ended();
    const caller = await Caller.reach(theRecord());

    caller.say('members');
    await caller.hears(/^members 2$/);
    caller.say('end terminate 15 5000');

    await caller.hears(/^empty terminate 2 0 \d+$/);
    caller.hangUp();
  });

  for (const request of ['release', 'collected', 'root 9', 'resume', 'signal 9', 'end abort 9 0', '', 'nonsense']) {
    it(`does not hear '${request}' from anybody but the owner`, async () => {
      const cast = scene().control({ technique: 'plain' });
      await castBehindFront(scene(), cast, []);
      const caller = await Caller.reach(theRecord());

      caller.say(request);

      expect(await caller.hears(/^unknown /)).to.equal(`unknown ${request.replaceAll(' ', '%20') || '%'}`);
      await caller.isHungUpOn();
      await cast.provenAlive();
      cast.declareOver();
    });
  }

  it('is found below a home of any length', async () => {
    const home = scene().path('a-very-long-name-'.repeat(12));
    mkdirSync(home, { mode: 0o700 });
    const cast = scene().control({ technique: 'plain' });
    const env = { ...process.env, HOLDFAST_HOME: home };
    const front = scene().startHolding(cast, frontArgv([], cast.argv), { env });
    await cast.ready();

    const path = await socketOf(theRecord(home));

    expect(statSync(path).isSocket()).to.equal(true);
    expect(Buffer.byteLength(path)).to.be.greaterThan(108);
    cast.declareOver();
    await front.ended();
    expect(readdirSync(join(home, 'run'))).to.deep.equal([]);
  });

  itIf(NEEDS_ROOT, 'answers no other user, even one who reaches it', async () => {
    const home = scene().path('home');
    mkdirSync(home);
    const cast = scene().control({ technique: 'plain' });
    const env = { ...process.env, HOLDFAST_HOME: home };
    const front = scene().startHolding(cast, frontArgv([], cast.argv), { env });
    await cast.ready();
    const path = await socketOf(theRecord(home));
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0o666);

    const script = `const socket = require('net').connect(process.argv[1]); socket.on('error', () => {});
      socket.on('connect', () => { console.log('connected'); socket.write('end kill 9 0\\n'); });
      socket.on('data', (data) => console.log(String(data))); socket.on('close', () => console.log('closed'));`;
    const nobody = ['setpriv', '--reuid', '65534', '--clear-groups', process.execPath, '-e', script, path];
    const stranger = scene().start(nobody, { cwd: '/' });
    await stranger.ended();

    expect(stranger.output).to.equal('connected\nclosed\n');
    await cast.provenAlive();
    cast.declareOver();
    await front.ended();
  });
});

describe('a caller', () => {
  const scene = useScene();

  /** A tree that never ends by itself, and what is needed to see that its guard does its work. */
  async function liveTree(options: readonly string[]): Promise<{ cast: Cast; record: string }> {
    const cast = scene().control({ technique: 'setsid', count: 20 });
    await castBehindFront(scene(), cast, options);
    return { cast, record: theRecord() };
  }

  async function flood(record: string, callers: number, bytes: string): Promise<Caller[]> {
    const flooding: Caller[] = [];
    for (let index = 0; index < callers; index += 1) {
      const caller = await Caller.reach(record);
      caller.socket.pause();
      caller.socket.write(bytes);
      flooding.push(caller);
    }
    return flooding;
  }

  it('that sends a line without an end is hung up on', async () => {
    const { cast, record } = await liveTree([]);
    const caller = await Caller.reach(record);

    caller.socket.write('m'.repeat(100_000));

    await caller.isHungUpOn();
    expect(caller.lines).to.deep.equal([]);
    cast.declareOver();
  });

  it('that is silent gives way when there are many', async () => {
    const { cast, record } = await liveTree([]);
    const silent: Caller[] = [];
    for (let index = 0; index < 30; index += 1) silent.push(await Caller.reach(record));

    const caller = await Caller.reach(record);
    caller.say('members');

    await caller.hears(/^members 21$/);
    await silent[0]?.isHungUpOn();
    for (const each of [...silent, caller]) each.hangUp();
    cast.declareOver();
  });

  forEachMechanism((mechanism) => {
    it('that asks without end and never listens delays neither others nor the timeout', async () => {
      const { cast, record } = await liveTree(['--mechanism', mechanism, '--timeout', '5s']);
      const flooding = await flood(record, 7, 'members\n'.repeat(50_000));

      const caller = await Caller.reach(record);
      caller.say('members');
      await caller.hears(/^members 21$/);
      const memory = guards().map(({ pid }) => /^VmRSS:\s+(\d+)/m.exec(readProcFile(`/proc/${pid}/status`) ?? '')?.[1]);

      expect(Math.max(...memory.map(Number))).to.be.lessThan(8192);
      await eventually('the timeout has ended the tree', () => cast.living().length === 0);
      for (const each of [...flooding, caller]) each.hangUp();
      await eventually('the record is gone', () => records().length === 0);
    });
  });
});
