// The record says that a tree lives: it is there before the root runs and gone after the tree, it
// is locked while the guard lives, and nobody else may read or write it.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { castBehindFront, frontArgv, readReport } from '../support/front.js';
import { HOME, records } from '../support/leaks.js';
import { forEachMechanism, itIf } from '../support/mechanisms.js';
import { processLine } from '../support/proc.js';
import { useScene } from '../support/scene.js';

function homeOfOrdinaryUser(): string | undefined {
  if (process.getuid?.() === 0) return 'root has a home';
  const uid = String(process.getuid?.());
  const known = readFileSync('/etc/passwd', 'latin1').split('\n').some((line) => line.split(':')[2] === uid);
  return known ? 'this user may have a home' : undefined;
}

describe('the record of a tree', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('names the tree, is locked and private while it lives', async () => {
      const cast = scene().control({ technique: 'plain' });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism, '--label', 'a-label']);

      const [name = ''] = records();
      const path = join(HOME, 'run', name);
      const locked = spawnSync('flock', ['--nonblock', path, 'true']);

      expect(name).to.match(/^[0-9a-f]{20}\.tree$/);
      expect(readFileSync(path, 'utf8')).to.contain('a-label').and.contain(mechanism);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(statSync(join(HOME, 'run')).mode & 0o777).to.equal(0o700);
      expect(locked.status).to.equal(1);
      front.kill('SIGTERM');
      await front.ended();
      expect(records()).to.deep.equal([]);
    });

    it('is there before the root runs', async () => {
      const list = ['ls', join(HOME, 'run')];
      const front = scene().start(frontArgv(['--mechanism', mechanism], list));
      await front.ended();

      expect(front.output).to.match(/^([0-9a-f]{20}\.sock\n)?[0-9a-f]{20}\.tree\n$/);
    });
  });

  it('is not made through a directory that others may write to', async () => {
    const home = scene().path('home');
    mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
    spawnSync('chmod', ['777', join(home, 'run')]);
    const report = scene().path('report.json');
    const options = { env: { ...process.env, HOLDFAST_HOME: home } };
    const front = scene().start(frontArgv(['--json-report', report], ['true']), options);

    expect((await front.ended()).code).to.equal(0);
    expect(readReport(report).escapable).to.contain('unrecorded');
    expect(readdirSync(join(home, 'run'))).to.deep.equal([]);
  });

  it('is not made through a symbolic link', async () => {
    const home = scene().path('home');
    mkdirSync(join(home, 'elsewhere'), { recursive: true, mode: 0o700 });
    symlinkSync(join(home, 'elsewhere'), join(home, 'run'));
    const report = scene().path('report.json');
    const options = { env: { ...process.env, HOLDFAST_HOME: home } };
    const front = scene().start(frontArgv(['--json-report', report], ['true']), options);

    expect((await front.ended()).code).to.equal(0);
    expect(readReport(report).escapable).to.contain('unrecorded');
  });

  itIf(homeOfOrdinaryUser(), 'is missing for a user without a home, and the report says so', async () => {
    const report = scene().path('report.json');
    const env = { PATH: process.env['PATH'] };
    const front = scene().start(frontArgv(['--json-report', report], ['true']), { env });

    expect((await front.ended()).code).to.equal(0);
    expect(readReport(report).escapable).to.contain('unrecorded');
  });

  it('may be demanded', async () => {
    const home = scene().path('home');
    writeFileSync(home, 'a file, so that no directory can be made');
    const options = { env: { ...process.env, HOLDFAST_HOME: home } };
    const front = scene().start(frontArgv(['--refuse', 'unrecorded'], ['true']), options);

    expect((await front.ended()).code).to.equal(125);
    expect(processLine(front.identity.pid)).to.equal(undefined);
  });
});
