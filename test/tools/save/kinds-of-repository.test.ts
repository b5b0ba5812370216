// What a save tells of every kind of repository, and that it goes without git where git does not answer.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { checkConfig } from '#lib/tools/config/config.js';
import type { ContextRecord } from '#lib/tools/save/context-record.js';
import { gitState, type GitFindings } from '#lib/tools/git/git-state.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { NEEDS_ROOT, itIf } from '../../support/mechanisms.js';
import { useScene } from '../../support/scene.js';
import { SOMEBODY_ELSE } from '../../support/users.js';
import { Repository } from './repository.js';

const LIMITS = { timeoutMs: checkConfig({}, '').save.childTimeoutMs, recentCommits: 5, maxFiles: 3 };

describe('a save of', () => {
  const scene = useScene();
  let repository: Repository;
  const state = async (path = repository.path, changed: Partial<typeof LIMITS> = {}): Promise<GitFindings> =>
    gitState(path, { ...LIMITS, standIns: scene().path(`git-${basename(path)}`), ...changed });

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    mkdirSync(scene().path('home'), { mode: 0o700 });
  });

  it('a repository tells branch, head, files and commits, and where it came from without a credential', async () => {
    repository.git('remote', 'add', 'origin', 'https://user:secret@example.org/owner/app.git');
    repository.write('a.txt', 'two\n');
    repository.write('new \u00e4 "file"', '');
    repository.write('staged', '');
    repository.git('add', 'staged');

    const found = await state();

    expect(found).to.deep.include({ children: 2, warnings: [], repo: 'example.org/owner/app' });
    const { commits, files, ...rest } = found.state ?? { commits: [], files: [] };
    const counts = { staged: 1, unstaged: 1, untracked: 1, conflicts: 0 };
    const nowhere = { upstream: null, ahead: 0, behind: 0, truncated: false };
    expect(rest).to.deep.equal({ branch: 'main', head: repository.head, counts, ...nowhere });
    expect(files).to.have.deep.members([['.M', 'a.txt'], ['A.', 'staged'], ['??', 'new \u00e4 "file"']]);
    expect(commits.map(([id, , subject]) => [id, subject])).to.deep.equal([[repository.head, 'the first']]);
  });

  it('a repository with more files than are wanted says that there are more', async () => {
    for (const name of ['one', 'two', 'three', 'four']) repository.write(name, '');

    const found = await state();

    const counts = { staged: 0, unstaged: 0, untracked: 4, conflicts: 0 };
    expect(found.state).to.deep.include({ truncated: true, counts });
    expect(found.state?.files).to.have.length(3);
  });

  it('a branch that is ahead of and behind another, and has a conflict', async () => {
    repository.git('branch', 'other');
    repository.write('a.txt', 'mine\n');
    repository.git('commit', '--quiet', '--all', '--message', 'mine');
    repository.git('checkout', '--quiet', 'other');
    repository.write('a.txt', 'theirs\n');
    repository.git('commit', '--quiet', '--all', '--message', 'theirs');
    repository.git('branch', '--quiet', '--set-upstream-to', 'main');
    expect(() => repository.git('merge', 'main')).to.throw();

    expect((await state()).state).to.deep.include({
      branch: 'other',
      upstream: 'main',
      ahead: 1,
      behind: 1,
      counts: { staged: 0, unstaged: 0, untracked: 0, conflicts: 1 },
    });
  });

  it('a worktree tells its own branch', async () => {
    const path = scene().path('tree');
    repository.git('worktree', 'add', '--quiet', '-b', 'beside', path);

    expect(await state(path)).to.deep.include({ children: 2, warnings: [] });
    expect((await state(path)).state).to.include({ branch: 'beside', head: repository.head });
  });

  it('a submodule tells its own head', async () => {
    const inner = Repository.create(scene().path('inner'));
    repository.git('submodule', '--quiet', 'add', inner.path, 'inner');

    expect((await state(join(repository.path, 'inner'))).state).to.include({ branch: 'main', head: inner.head });
    expect((await state()).state?.counts).to.include({ staged: 2, unstaged: 0 });
  });

  it('a bare repository tells its head and commits, and no files', async () => {
    const path = scene().path('bare.git');
    repository.git('clone', '--quiet', '--bare', repository.path, path);

    const found = await state(path);

    expect(found).to.deep.include({ children: 1, warnings: [] });
    expect(found.state).to.deep.include({ branch: 'main', head: repository.head, files: [] });
    expect(found.state?.commits).to.have.length(1);
  });

  it('a bare repository on a branch whose name is not UTF-8 shows it as any other repository does', async () => {
    const path = scene().path('bare.git');
    repository.git('clone', '--quiet', '--bare', repository.path, path);
    execFileSync('sh', ['-c', `git -C '${path}' symbolic-ref HEAD "$(printf 'refs/heads/caf\\351')"`]);

    expect((await state(path)).state).to.include({ branch: 'caf\\xe9' });
  });

  it('a repository without a commit tells its branch', async () => {
    const path = scene().path('unborn');
    mkdirSync(path);
    new Repository(path).git('init', '--quiet', '--initial-branch', 'young');

    expect(await state(path)).to.deep.include({ children: 1, warnings: [] });
    expect((await state(path)).state).to.deep.include({ branch: 'young', head: null, commits: [] });
  });

  it('a detached HEAD tells no branch', async () => {
    repository.git('checkout', '--quiet', '--detach');

    expect((await state()).state).to.include({ branch: null, head: repository.head });
  });

  it('a partial clone tells what needs no contents', async () => {
    const path = scene().path('partial');
    repository.git('config', 'uploadpack.allowFilter', 'true');
    repository.git('clone', '--quiet', '--filter=blob:none', '--no-checkout', `file://${repository.path}`, path);

    const found = await state(path);

    expect(found).to.deep.include({ children: 2, warnings: [], repo: null });
    expect(found.state).to.include({ branch: 'main', head: repository.head, upstream: 'origin/main' });
  });

  it('no repository starts nothing', async () => {
    mkdirSync(scene().path('plain'));

    expect(await state(scene().path('plain'))).to.deep.equal({ state: null, repo: null, children: 0, warnings: [] });
  });

  async function saveNow(changed: NodeJS.ProcessEnv): Promise<CommandRun> {
    const kept = { ...process.env };
    Object.assign(process.env, changed);
    try {
      return await holdfast(scene(), ['save', 'now', '--project', repository.path, '--json'], scene().path('home'));
    } finally {
      process.env = kept;
    }
  }

  function expectWithoutGit(said: CommandRun, warning: RegExp): void {
    expect(said.code).to.equal(0);
    expect(said.errors).to.match(warning);
    expect((said.document() as unknown as ContextRecord).git).to.equal(null);
  }

  it('a repository where git is not installed goes without it, and says so', async () => {
    mkdirSync(scene().path('empty'));

    expectWithoutGit(await saveNow({ PATH: scene().path('empty') }), /^\[WARNING\] git is not installed, or not in PATH\n$/);
  });

  it('a repository where git hangs goes without it after its deadline', async () => {
    mkdirSync(scene().path('bin'));
    writeFileSync(scene().path('bin/git'), '#!/bin/sh\ntrap "" TERM\nwhile :; do sleep 1000; done\n', { mode: 0o755 });
    writeFileSync(scene().path('home/config.json'), '{"save":{"childTimeoutMs":300}}', { mode: 0o600 });

    const said = await saveNow({ PATH: `${scene().path('bin')}:${process.env['PATH'] ?? ''}` });

    expectWithoutGit(said, /^\[WARNING\] git status: no answer in time, ended after \d+ ms\n$/);
  });

  itIf(NEEDS_ROOT, 'a repository of another user goes without git, and says why, unless the user trusts it as git has it', async () => {
    const user = scene().path('nobody');
    mkdirSync(user);
    const { head } = repository;
    execFileSync('chown', ['-R', String(SOMEBODY_ELSE), repository.path]);
    expectWithoutGit(await saveNow({ HOME: user }), /^\[WARNING\] \S*app belongs to user \d+, and safe\.directory of git's configuration does not name/);

    for (const trusted of [repository.path, '*', `${dirname(repository.path)}/*`]) {
      writeFileSync(join(user, '.gitconfig'), `[safe]\n\tdirectory = ${trusted}\n`);
      const said = await saveNow({ HOME: user });
      expect([said.errors, (said.document() as unknown as ContextRecord).git?.head]).to.deep.equal(['', head]);
    }
    writeFileSync(join(user, '.gitconfig'), `[safe]\n\tdirectory = *\n\tdirectory =\n\tdirectory = ${repository.path}x\n`);
    expectWithoutGit(await saveNow({ HOME: user }), /does not name/);
  });
});
