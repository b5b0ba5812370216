// trees(): every tree of this user with a record, whoever owns it, told apart by what its record is worth.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { spawnContained, trees, type ContainmentOptions, type TreeInfo } from '#lib/index.js';

import { contain } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { abandonedTreeMayRemain, guardsBelow } from '../support/leaks.js';
import { NEEDS_ROOT, forEachMechanism, itIf } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { identityOf, isAlive, processLine } from '../support/proc.js';
import { SOME_ID, contentOf, makeHome, recordText, writeRecord, type RecordLines } from '../support/records.js';
import { endProcesses, useScene } from '../support/scene.js';

/** With the records of another home. */
async function treesIn(home: string): Promise<readonly TreeInfo[]> {
  const before = process.env['HOLDFAST_HOME'];
  process.env['HOLDFAST_HOME'] = home;
  try {
    return await trees();
  } finally {
    process.env['HOLDFAST_HOME'] = before;
  }
}

async function onlyTree(): Promise<TreeInfo> {
  const [tree, ...others] = await trees();
  expect(others).to.deep.equal([]);
  if (tree === undefined) throw new Error('there is no tree');
  return tree;
}

describe('trees()', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('describes a live tree and its members', async () => {
      const cast = scene().cast({ technique: 'setsid', count: 2 });
      const child = await contain(cast, { mechanism, label: 'listed' });

      const tree = await onlyTree();

      const own = identityOf(process.pid);
      expect(tree).to.include({ id: child.tree.id, label: 'listed', state: 'live', mechanism, file: cast.argv[0] });
      expect(tree.escapable).to.deep.equal(child.tree.escapable);
      expect(tree.owner).to.include({ pid: own.pid, startTime: BigInt(own.startTime), alive: true });
      expect(tree.root).to.include({ pid: child.pid, alive: true, name: 'escapee' });
      expect(tree.guard).to.include({ alive: true, ppid: process.pid, name: 'holdfast-guard' });
      expect(tree.members?.map(({ pid }) => pid)).to.have.members(cast.living().map(({ pid }) => pid));
      expect(Math.abs(Date.now() - Number(tree.created))).to.be.lessThan(60_000);
      for (const { memoryBytes, cpuMicroseconds, ageMs } of tree.members ?? []) {
        expect(memoryBytes).to.be.greaterThan(0);
        expect(cpuMicroseconds).to.be.at.least(0);
        expect(ageMs).to.be.at.least(0).and.at.most(120_000);
      }
      await child.tree.kill();
      expect(await trees()).to.deep.equal([]);
    });

    it('knows the members of a tree that was started just now', async () => {
      const containment: ContainmentOptions = { mechanism };
      const child = spawnContained('sleep', ['1000'], { stdio: 'ignore', containment });

      expect((await onlyTree()).members?.map(({ pid }) => pid)).to.deep.equal([child.pid]);
      await child.tree.kill();
    });
  });

  it('tells a released tree, also when its owner is dead', async () => {
    const cast = scene().control({ technique: 'plain' });
    const owner = await startOwner(scene(), cast, {});
    await owner.come('release');
    await owner.says(/^released$/m);
    await owner.come('SIGKILL');
    await owner.ended();

    const tree = await onlyTree();

    expect(tree.state).to.equal('released');
    expect(tree.owner?.alive).to.equal(false);
    expect(tree.members).to.have.length(2);
    cast.declareOver();
  });

  it('tells an abandoned tree', async () => {
    const cast = scene().control({ technique: 'plain' });
    const owner = await startOwner(scene(), cast, { containment: { mechanism: 'subreaper' } });
    const guards = await guardsBelow(owner.identity.pid);
    await owner.come('SIGSTOP'); // so that it cannot recover what its guard leaves
    await endProcesses(() => guards.filter(isAlive));
    await owner.come('SIGKILL');
    await owner.ended();

    const tree = await onlyTree();

    expect(tree.state).to.equal('abandoned');
    expect([tree.owner?.alive, tree.guard?.alive, tree.root?.alive]).to.deep.equal([false, false, true]);
    expect(tree.members).to.equal(undefined);
    cast.declareOver();
    await abandonedTreeMayRemain();
  });

  it('waits for no guard that was stopped', async () => {
    const cast = scene().control({ technique: 'plain' });
    const owner = await startOwner(scene(), cast, {});
    const [guard] = await guardsBelow(owner.identity.pid);
    expect(guard !== undefined && isAlive(guard)).to.equal(true);
    process.kill(guard?.pid ?? 0, 'SIGSTOP');
    await eventually('the guard is stopped', () => processLine(guard?.pid ?? 0)?.state === 'T');

    const tree = await onlyTree();

    expect(tree.state).to.equal('live');
    expect(tree.guard?.state).to.equal('T');
    expect(tree.members).to.equal(undefined);
    expect(guard !== undefined && isAlive(guard)).to.equal(true);
    process.kill(guard?.pid ?? 0, 'SIGCONT');
    await owner.come('exit');
    await owner.ended();
    await eventually('the guard ended its tree', () => cast.living().length === 0);
  });

  it('asks guards below a home of any length', async () => {
    const home = scene().path('a-very-long-name-'.repeat(12));
    makeHome(home);
    const cast = scene().control({ technique: 'plain' });
    const env = { ...process.env, HOLDFAST_HOME: home };
    const front = scene().startHolding(cast, frontArgv([], cast.argv), { env });
    await cast.ready();

    expect((await treesIn(home))[0]?.members).to.have.length(2);
    cast.declareOver();
    await front.ended();
  });

  it('makes nothing where there is nothing', async () => {
    const home = scene().path('home');

    expect(await treesIn(home)).to.deep.equal([]);
    expect(readdirSync(scene().directory)).to.deep.equal([]);
  });
});

describe('a record', () => {
  const scene = useScene();

  interface Case {
    readonly what: string;
    readonly lines: RecordLines;
    readonly state: TreeInfo['state'];
    readonly reason?: RegExp;
  }

  const CASES: readonly Case[] = [
    { what: 'that nobody locks', lines: {}, state: 'abandoned' },
    { what: 'of a released tree', lines: { released: '' }, state: 'released' },
    { what: 'of another machine', lines: { machine: 'c0ffee' }, state: 'foreign', reason: /another machine/ },
    { what: 'of another boot', lines: { boot: 'c0ffee' }, state: 'foreign', reason: /another boot/ },
    { what: 'of another pid namespace', lines: { 'pid-namespace': 'pid:%5b1%5d' }, state: 'foreign', reason: /namespace/ },
    { what: 'that names another user', lines: { uid: '4711' }, state: 'corrupt', reason: /another user/ },
    { what: 'with another tree', lines: { tree: 'b'.repeat(20), mark: 'b'.repeat(20) }, state: 'corrupt', reason: /name/ },
    { what: 'without a guard', lines: { guard: undefined }, state: 'corrupt', reason: /guard is missing/ },
    { what: 'with a bad value', lines: { owner: 'me' }, state: 'corrupt', reason: /bad value of owner/ },
    { what: 'that claims a foreign cgroup', lines: { cgroup: '/sys/fs/cgroup' }, state: 'corrupt', reason: /cgroup/ },
    { what: 'that is endless', lines: { colour: 'x'.repeat(100_000) }, state: 'corrupt', reason: /too long/ },
  ];

  for (const { what, lines, state, reason } of CASES) {
    it(`${what} is ${state}`, async () => {
      const directory = makeHome(scene().path('home'));
      const record = writeRecord(directory, recordText(lines));
      const before = contentOf(directory);

      const [tree] = await treesIn(scene().path('home'));

      expect(tree).to.include({ id: SOME_ID, state, record });
      if (reason === undefined) expect(tree).to.not.have.property('reason');
      else expect(tree?.reason).to.match(reason);
      expect(contentOf(directory)).to.deep.equal(before);
    });
  }

  const MADE: readonly { readonly what: string; readonly make: (path: string) => void; readonly reason: RegExp }[] = [
    { what: 'that others may write', make: (path) => chmodSync(path, 0o666), reason: /mode/ },
    { what: 'that others may read', make: (path) => chmodSync(path, 0o640), reason: /mode/ },
    { what: 'behind a symbolic link', make: linkAway, reason: /symbolic link/ },
    { what: 'that is a pipe', make: (path) => replace(path, () => execFileSync('mkfifo', ['-m', '600', path])), reason: /regular/ },
    { what: 'that is a directory', make: (path) => replace(path, () => mkdirSync(path, 0o600)), reason: /regular/ },
    { what: 'that is empty', make: (path) => writeFileSync(path, ''), reason: /begin/ },
    { what: 'of bytes', make: (path) => writeFileSync(path, Buffer.alloc(5000, 0xff)), reason: /begin/ },
  ];

  for (const { what, make, reason } of MADE) {
    it(`${what} is corrupt`, async () => {
      const directory = makeHome(scene().path('home'));
      make(writeRecord(directory));

      const [tree] = await treesIn(scene().path('home'));

      expect(tree?.state).to.equal('corrupt');
      expect(tree?.reason).to.match(reason);
      expect(readdirSync(directory)).to.deep.equal([`${SOME_ID}.tree`]);
    });
  }

  itIf(NEEDS_ROOT, "that is another user's is foreign", async () => {
    const directory = makeHome(scene().path('home'));
    chownSync(writeRecord(directory), 65534, 65534);

    const [tree] = await treesIn(scene().path('home'));

    expect(tree).to.include({ state: 'foreign', reason: 'it is a file of user 65534' });
  });

  it('is not looked for where others may write', async () => {
    const directory = makeHome(scene().path('home'));
    writeRecord(directory);
    chmodSync(directory, 0o777);

    let problem: unknown;
    await treesIn(scene().path('home')).catch((error: unknown) => (problem = error));

    expect(problem).to.include({ code: 'ERR_HOLDFAST_RECORDS_UNREADABLE', syscall: 'lstat', path: directory });
  });
});

function replace(path: string, make: () => void): void {
  rmSync(path);
  make();
}

function linkAway(path: string): void {
  const elsewhere = join(path, '..', '..', 'elsewhere');
  renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
}
