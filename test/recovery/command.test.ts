// holdfast cleanup: what it says, what it exits with, and that it changes nothing when it shall not.

import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { cleanup } from '#lib/index.js';

import { holdfast } from '../support/command.js';
import { leaveFree } from '../support/contained.js';
import { crash, crashAround } from '../support/crash.js';
import { child, orphan } from '../support/innocents.js';
import { itIf, ownCgroup, whyUnavailable } from '../support/mechanisms.js';
import { isAlive } from '../support/proc.js';
import { PROJECT_ROOT } from '../support/project.js';
import { SOME_ID, cgroupsHere, makeHome, recordText, writeRecord } from '../support/records.js';
import { endProcesses, useScene } from '../support/scene.js';

const LONG_AGO = new Date('2020-01-01');

describe('holdfast cleanup', () => {
  const scene = useScene();

  it('has nothing to do where nothing was left', async () => {
    const run = await holdfast(scene(), ['cleanup']);

    expect(run).to.include({ code: 0, output: 'nothing to clean up\n', errors: '' });
  });

  it('with --dry-run says what it would end, and ends nothing', async () => {
    const { cast, record, id } = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const members = cast.living().map(({ pid }) => pid);

    const run = await holdfast(scene(), ['cleanup', '--dry-run']);
    const [tree] = (await holdfast(scene(), ['cleanup', '--dry-run', '--json'])).listed('trees');

    await cast.provenAlive();
    expect(existsSync(record)).to.equal(true);
    expect(run.code).to.equal(0);
    expect(run.output).to.match(new RegExp(`^A +would end +tree ${id}: owner and guard are dead; 2 members$`, 'm'));
    for (const pid of members) expect(run.output).to.match(new RegExp(`^ +${pid} escapee: by (root|mark)$`, 'm'));
    expect(tree).to.include({ id, tier: 'A', action: 'would-end', killed: 0 });
    expect((await holdfast(scene(), ['cleanup'])).output).to.match(/^A +ended +tree .*; 2 members killed$/m);
    expect(existsSync(record)).to.equal(false);
  });

  it('exits with 1 and names them when members survive', async () => {
    const { root, said } = await crashAround(scene(), 'subreaper', `${process.execPath} ${PROJECT_ROOT}/bin/holdfast.js cleanup`);

    expect(said).to.match(/^A +NOT ENDED +tree /m).and.match(new RegExp(`^ +${root.pid} sh survives: self$`, 'm'));
    expect(said).to.match(/exit 1\n$/);
    await endProcesses(() => [root].filter(isAlive));
    expect((await holdfast(scene(), ['cleanup'])).code).to.equal(0);
  });

  it('reports suspects, of the age that is asked for', async () => {
    const home = scene().path('home');
    writeRecord(makeHome(home), recordText({ cgroups: cgroupsHere() }));
    const innocent = await child(scene(), { mark: SOME_ID });

    const young = await holdfast(scene(), ['cleanup', '--dry-run'], home);
    const run = await holdfast(scene(), ['cleanup', '--min-age', '0s'], home);

    expect(young.output).not.to.contain(String(innocent.pid));
    const line = `^C +left alone +process ${innocent.pid} escapee, parent ${process.pid}: its parent is`;
    expect(run.output).to.match(new RegExp(line, 'm'));
    await innocent.cast.provenAlive();
  });

  it('removes what no tree has left, once it is old', async () => {
    const home = scene().path('home');
    const directory = makeHome(home);
    const temporary = (name: string, time?: Date): void => {
      const path = join(directory, `.${name}.new`);
      writeFileSync(path, '', { mode: 0o600 });
      if (time !== undefined) utimesSync(path, time, time);
    };
    temporary('a'.repeat(20), LONG_AGO);
    temporary('b'.repeat(20));
    const socket = join(directory, `${'c'.repeat(20)}.sock`);
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    writeFileSync(join(directory, 'note.txt'), 'mine');

    const dry = await holdfast(scene(), ['cleanup', '--dry-run'], home);
    const run = await holdfast(scene(), ['cleanup', '--json'], home);

    expect(dry.output.match(/would remove/g)).to.have.length(2);
    expect(run.listed('litter').map(({ path, action }) => `${String(action)} ${String(path)}`)).to.have.members([
      `removed ${join(directory, `.${'a'.repeat(20)}.new`)}`,
      `removed ${socket}`,
    ]);
    expect(readdirSync(directory).sort()).to.deep.equal([`.${'b'.repeat(20)}.new`, 'note.txt']);
    server.close();
  });

  itIf(whyUnavailable('cgroup'), 'removes an empty cgroup of which no record tells, once it is old', async () => {
    const [stray, other] = [`holdfast-${SOME_ID}`, 'holdfast-something'].map((name) => join(ownCgroup() ?? '', name));
    for (const path of [stray, other]) mkdirSync(path ?? '');

    const young = await cleanup();
    const old = await cleanup({ minAge: 0 });

    expect(young.litter).to.deep.equal([]);
    expect(old.litter).to.deep.equal([{ path: stray, action: 'removed' }]);
    expect(existsSync(other ?? '')).to.equal(true);
    rmdirSync(other ?? '');
  });

  it('--explain tells every test of a member', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    const { cast } = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const pids = cast.living().map(({ pid }) => pid);

    const runs = await Promise.all(pids.map((pid) => holdfast(scene(), ['cleanup', '--explain', String(pid)])));

    for (const { code, output } of runs) {
      expect(code).to.equal(0);
      expect(output).to.match(/^verdict: A, it is a member by (root|mark)$/m);
      for (const test of ['exists', 'same-user', 'same-pid-namespace', 'not-self-or-ancestor', 'mark', 'record']) {
        expect(output).to.match(new RegExp(`^yes +${test}\\b`, 'm'));
      }
      for (const test of ['record-abandoned', 'same-machine', 'same-boot', 'same-cgroups', 'started-after-guard']) {
        expect(output).to.match(new RegExp(`^yes +${test}\\b`, 'm'));
      }
      expect(output).to.match(/^(yes|no) +in-cgroup$/m).and.match(/^(yes|no) +descends-from-member$/m);
      expect(output).to.match(/^yes +orphaned +parent \d+ /m);
    }
    await cast.provenAlive();
    await cleanup();
    await cast.provenDead(control);
  });

  it('--explain tells which test an innocent has not passed', async () => {
    const home = scene().path('home');
    writeRecord(makeHome(home), recordText());
    const innocent = await orphan(scene(), { mark: SOME_ID });

    const run = await holdfast(scene(), ['cleanup', '--explain', String(innocent.pid), '--json'], home);
    const explanation = run.document() as unknown as { tests: { name: string; holds: boolean }[]; tier: string };

    expect(explanation.tier).to.equal('C');
    const failed = explanation.tests.filter(({ holds }) => !holds).map(({ name }) => name);
    expect(failed).to.have.members(['in-cgroup', 'is-root', 'descends-from-member', 'same-cgroups']);
  });

  it('--explain says that it leaves itself alone, and whom there is not', async () => {
    const self = await holdfast(scene(), ['cleanup', '--explain', String(process.pid)]);
    const nobody = await holdfast(scene(), ['cleanup', '--explain', '2147483647']);

    expect(self.output).to.match(/^no +not-self-or-ancestor$/m).and.match(/^verdict: D, it asks/m);
    expect(nobody).to.include({ code: 1, output: 'no  exists\nverdict: D, there is no such process\n' });
  });

  for (const [args, words] of [
    [['--min-age', 'soon'], "--min-age expects a time such as 500ms, 5s, 2m or 1h, got 'soon'"],
    [['--explain', 'me'], "--explain expects the number of a process, got 'me'"],
    [['--explain', '1', '--dry-run'], '--explain does nothing that --dry-run or --min-age could change'],
    [['--force'], "Unknown option '--force'"],
    [['all'], "cleanup expects no arguments, got 'all'"],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const run = await holdfast(scene(), ['cleanup', ...args]);

      expect(run.code).to.equal(64);
      expect(run.errors).to.contain(words);
    });
  }

  it('exits with 77 where the records are not to be trusted', async () => {
    const home = scene().path('home');
    chmodSync(makeHome(home), 0o777);

    const run = await holdfast(scene(), ['cleanup'], home);

    expect(run.code).to.equal(77);
    expect(run.errors).to.contain(join(home, 'run'));
  });

  it('--help shows examples', async () => {
    const run = await holdfast(scene(), ['cleanup', '--help']);

    expect(run.code).to.equal(0);
    expect(run.output).to.match(/^usage: holdfast cleanup/).and.contain('Examples:').and.contain('--explain PID');
  });
});
