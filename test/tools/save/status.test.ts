// holdfast status: the last run, what waits, and who is at it, without a process, a request or a change.

import { expect } from 'chai';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';

import { ToolFailure } from '#lib/tools/failure.js';
import { acquireLock, latestContext, openWorkplace } from '#lib/tools-api.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { itIf } from '../../support/mechanisms.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { traced, whyNoStrace } from '../../support/strace.js';
import { Repository } from './repository.js';

const DAMAGED_REPORTS = [
  '{"startedAt":"2026-12-01T00:00:00Z","projects":[null],"problems":[]}',
  '{"startedAt":"2026-12-01T00:00:00Z","projects":[],"problems":"none"}',
  '{"startedAt":"yesterday","projects":[],"problems":[]}',
];

describe('holdfast status', () => {
  const scene = useScene();
  let repository: Repository;
  const home = (): string => scene().path('home');
  const run = async (...words: readonly string[]): Promise<CommandRun> =>
    holdfast(scene(), [...words, '--project', repository.path], home());

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    mkdirSync(home(), { mode: 0o700 });
  });

  it('tells that nothing has been done yet', async () => {
    const { code, output, errors } = await run('status');

    expect([code, errors]).to.deep.equal([0, '']);
    expect(output.split('\n')).to.deep.equal([
      'last run  none',
      'running   nothing',
      'waiting   0',
      'remote    none: local only',
      'project   app: nothing saved: holdfast save now',
      '',
    ]);
    expect(readdirSync(home()), 'what it has made').to.deep.equal([]);
  });

  it('tells of the last run, of what waits and of what was saved', async () => {
    await run('save-check');

    const { output } = await run('status');
    const found = (await run('status', '--json')).document();

    expect(output).to.match(/^last run  [\d.]+s ago, done in \d+ ms: 1 saved$/m);
    expect(output).to.match(/^waiting   1, the oldest for [\d.]+s$/m);
    expect(output).to.match(/^project   app: c-[0-9a-f]{32}, saved [\d.]+s ago \(manual\)$/m);
    expect(found['lastRun']).to.include({ status: 'done', exitCode: 0 });
    expect(found['pending']).to.include({ outbox: 1, failed: 0, remote: null });
    expect(found['running']).to.deep.equal([]);
  });

  it('tells what went wrong', async () => {
    const gone = scene().path('gone');
    await holdfast(scene(), ['save-check', '--project', gone], home());

    expect((await run('status')).output).to.match(/^last run .*: 1 failed\n/).and.include(`[ERROR] ${gone}: `);
  });

  it('tells who is at it, and does not take it for a lock that a dead one has left', async () => {
    const lock = await acquireLock(join(home(), 'state', 'save-check.lock'));

    const { output } = await run('status');
    const found = (await run('status', '--json')).document();

    lock?.release();
    expect(output).to.match(new RegExp(`^running   save-check \\(pid ${process.pid}, [\\d.]+s\\)$`, 'm'));
    const [running] = found['running'] as { what: string; holder: { pid: number } }[];
    expect([running?.what, running?.holder.pid]).to.deep.equal(['save-check', process.pid]);
    expect((await run('status')).output).to.match(/^running   nothing$/m);
  });

  it('tells of none where the report cannot be read', async () => {
    await run('save-check');
    for (const damaged of ['', '{', 'null', '[]', '{"projects":1}', ...DAMAGED_REPORTS]) {
      writeFileSync(join(home(), 'state', 'last-run.json'), damaged);

      expect((await run('status')).output).to.match(/^last run  none$/m);
    }
  });

  itIf(whyNoStrace(), 'starts nothing', async () => {
    await run('save-check');
    const command = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'status', '--project', repository.path];

    const seen = await traced(scene(), command, { env: { ...process.env, HOLDFAST_HOME: home() } });

    expect([seen.code, seen.errors]).to.deep.equal([0, '']);
    expect(seen.programs.map((paths) => paths.map((path) => basename(path)))).to.deep.equal([['node']]);
  });

  it('has in `latestContext()` what `recall` tells, of every directory of the repository', async () => {
    mkdirSync(join(repository.path, 'in'));
    process.env['HOLDFAST_HOME'] = home();
    try {
      const workplace = openWorkplace();
      expect(await latestContext(workplace, repository.path)).to.equal(undefined);
      const saved = (await run('save', 'now', '--json')).document();

      expect(await latestContext(workplace, join(repository.path, 'in'))).to.deep.equal(saved);
      rmSync(repository.path, { recursive: true });
      const failure = await latestContext(workplace, repository.path).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(ToolFailure);
    } finally {
      delete process.env['HOLDFAST_HOME'];
    }
  });
});
