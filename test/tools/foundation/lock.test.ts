// acquireLock() of holdfast/tools: held by the kernel for one process, and free as soon as that is dead.

import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { acquireLock, holderOf } from '#lib/tools-api.js';

import { eventually } from '../../support/eventually.js';
import { commandLine, identityOf, isAlive, processesNaming } from '../../support/proc.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { endProcesses, useScene, type Started } from '../../support/scene.js';

const TOOLS = JSON.stringify(join(PROJECT_ROOT, 'dist', 'tools-api.js'));

describe('acquireLock()', () => {
  const scene = useScene();
  const path = (): string => scene().path('private/the.lock');

  /** Holds the lock, has done `then`, and lives on. */
  async function holder(then = ''): Promise<Started> {
    const script = `require(${TOOLS}).acquireLock(${JSON.stringify(path())}).then((lock) => {
      globalThis.lock = lock; ${then}; console.log(lock === undefined ? 'busy' : 'held'); setInterval(() => undefined, 1000); });`;
    const started = scene().start([process.execPath, '-e', script]);
    await eventually('it has said so', () => started.output.endsWith('\n'));
    return started;
  }

  it('is given to one process at a time', async () => {
    const began = Date.now();
    const first = await holder();
    const second = await holder();

    expect([first.output, second.output]).to.deep.equal(['held\n', 'busy\n']);
    expect(await acquireLock(path())).to.equal(undefined);
    const { since, ...told } = holderOf(path()) ?? { since: 0 };
    const { pid, startTime } = first.identity;
    expect(told).to.deep.equal({ pid, startTime: BigInt(startTime), host: hostname() });
    expect(since).to.be.within(began, Date.now());
    for (const one of [first, second]) one.kill('SIGKILL');
  });

  it('is given to one part of a process at a time, and again once it is released', async () => {
    const lock = await acquireLock(path());

    expect(await acquireLock(path())).to.equal(undefined);
    lock?.release();
    lock?.release();
    const next = await acquireLock(path());
    expect(next).to.not.equal(undefined);
    next?.[Symbol.dispose]();
    expect(existsSync(path()), 'the file stays').to.equal(true);
  });

  it('is free at once when its holder was killed', async () => {
    const { identity } = await holder();

    await endProcesses(() => [identity].filter(isAlive));

    const lock = await acquireLock(path());
    expect(lock).to.not.equal(undefined);
    lock?.release();
  });

  it('is free when its holder was killed, also while a child of it lives on', async () => {
    const child = scene().path('child'); // its name, by which it is found
    const living = () => processesNaming(child).filter((one) => isAlive(one) && commandLine(one.pid)[0] === child);
    const words = JSON.stringify(['-c', `exec -a '${child}' sleep 1000`]);
    const options = "{ stdio: 'ignore', detached: true }";
    const { identity } = await holder(`require('node:child_process').spawn('bash', ${words}, ${options}).unref()`);
    await eventually('the child runs', () => living().length > 0);

    await endProcesses(() => [identity].filter(isAlive));

    const lock = await acquireLock(path());
    expect(living(), 'the child').to.have.length(1);
    expect(lock).to.not.equal(undefined);
    lock?.release();
    await endProcesses(living);
  });

  it('is waited for as long as wait says, and no longer', async () => {
    const lock = await acquireLock(path());
    const began = performance.now();

    expect(await acquireLock(path(), { waitMs: 200 })).to.equal(undefined);

    expect(performance.now() - began).to.be.within(190, 10_000);
    lock?.release();
  });

  it('goes to who waits as soon as it is released', async () => {
    const lock = await acquireLock(path());
    const waiting = acquireLock(path(), { waitMs: 15_000 });

    lock?.release();

    const next = await waiting;
    expect(next).to.not.equal(undefined);
    next?.release();
  });

  it('is waited for no longer when the signal aborts', async () => {
    const lock = await acquireLock(path());
    const abort = new AbortController();
    const waiting = acquireLock(path(), { waitMs: 15_000, signal: abort.signal });

    abort.abort(new Error('enough'));

    const error = await waiting.catch((reason: unknown) => reason);
    expect((error as Error).name).to.equal('AbortError');
    lock?.release();
  });

  it('follows no link, and touches nothing there', async () => {
    const target = scene().path('target');
    mkdirSync(scene().path('private'), { mode: 0o700 });
    writeFileSync(target, 'untouched');
    symlinkSync(target, path());

    const error = await acquireLock(path()).catch((reason: unknown) => reason);

    expect(error).to.be.an('error').with.property('message').that.matches(/ELOOP/);
    expect(statSync(target).size).to.equal('untouched'.length);
  });

  it('is refused in a directory that others may enter', async () => {
    mkdirSync(scene().path('private'));
    chmodSync(scene().path('private'), 0o755);

    const error = await acquireLock(path()).catch((reason: unknown) => reason);

    expect(error).to.include({ exitCode: 77 });
    expect((error as Error).message).to.match(/expected a directory of mode 0700 owned by user \d+, got 0755 of user \d+/);
  });

  const WORDS = { pid: process.pid, startTime: identityOf(process.pid).startTime, host: hostname(), since: 1 };
  const LEFT_BEHIND: readonly (readonly [string, object])[] = [
    ['a crash, whose pid another has now', { ...WORDS, startTime: '1' }],
    ['a crash, whose pid nobody has', { ...WORDS, pid: 2 ** 30 }],
    ['another machine', { ...WORDS, host: 'elsewhere' }],
    ['whoever has copied the folder of one that lives', WORDS],
  ];

  for (const [whom, words] of LEFT_BEHIND) {
    it(`is to be had at once where the file was left by ${whom}`, async () => {
      mkdirSync(scene().path('private'), { mode: 0o700 });
      writeFileSync(path(), JSON.stringify(words));

      const lock = await acquireLock(path());

      expect(lock).to.not.equal(undefined);
      expect(holderOf(path())?.since).to.be.greaterThan(1);
      lock?.release();
    });
  }

  it('tells nobody as holder who is dead', () => {
    mkdirSync(scene().path('private'), { mode: 0o700 });
    const heldBy = (words: object): unknown => {
      writeFileSync(path(), JSON.stringify(words));
      return holderOf(path());
    };

    expect(heldBy(WORDS), 'the control').to.deep.include({ pid: process.pid, since: 1 });
    expect(heldBy({ ...WORDS, startTime: '1' })).to.equal(undefined);
    expect(heldBy({ ...WORDS, pid: 2 ** 30 })).to.equal(undefined);
  });

  for (const text of ['', '{', 'null', '[]', '{"pid":"1"}', '{"pid":1,"startTime":"x","host":"h","since":1}']) {
    it(`tells nobody as holder when the file says ${JSON.stringify(text)}`, () => {
      mkdirSync(scene().path('private'), { mode: 0o700 });
      writeFileSync(path(), text);

      expect(holderOf(path())).to.equal(undefined);
    });
  }
});
