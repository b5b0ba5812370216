// Git is asked with a directory of ours in the place of the repository's: it tells the same as a plain git, of each
// kind of repository that its configuration makes, and knows nothing of the configuration that would run something.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkConfig } from '#lib/tools/config/config.js';
import { gitState, type GitFindings } from '#lib/tools/git/git-state.js';
import { parseLog, parseStatus, LOG_FORMAT } from '#lib/tools/git/parse-git.js';

import { useScene } from '../../support/scene.js';
import { KINDS } from './kinds-of-configuration.js';
import { Repository } from './repository.js';
import { SlowGit } from './slow-git.js';

const STATUS = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal', '--ignore-submodules=dirty', '--no-renames'];

describe('git by a stand-in', () => {
  const scene = useScene();
  let repository: Repository;
  const { childTimeoutMs: timeoutMs } = checkConfig({}, '').save;

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
  });

  async function state(path: string, env: NodeJS.ProcessEnv = {}): Promise<GitFindings> {
    const own = { ...process.env, HOME: scene().path('nobody'), XDG_CONFIG_HOME: '', ...env };
    return gitState(path, { timeoutMs, recentCommits: 5, maxFiles: 100, standIns: scene().path('git'), env: own });
  }

  for (const { kind, make } of KINDS) {
    it(`tells of a repository ${kind} what a plain git tells`, async () => {
      const path = make(repository, (name) => scene().path(name)) ?? repository.path;

      const found = await state(path);

      expect(found).to.include({ children: 2 });
      expect(found.warnings).to.deep.equal([]);
      const git = (...words: readonly string[]): Buffer => new Repository(path).bytes(...words);
      const status = parseStatus(git(...STATUS), 100, () => true);
      expect(found.state).to.deep.equal({ ...status, commits: parseLog(git('log', '-n', '5', LOG_FORMAT)) });
    });
  }

  it('writes nothing into the repository, and nothing of it but inert settings into the stand-in', async () => {
    const secrets = ['filter.evil.clean', 'core.fsmonitor', 'core.hooksPath', 'credential.helper', 'core.sshCommand', 'diff.external'];
    for (const key of secrets) repository.git('config', key, '/bin/evil');
    repository.git('remote', 'add', 'origin', 'https://user:secret@example.org/app');
    repository.git('config', 'branch.main.remote', 'origin');
    repository.git('config', 'branch.main.merge', 'refs/heads/main');
    const before = readdirSync(join(repository.path, '.git')).sort();

    expect(await state(repository.path)).to.include({ children: 2, repo: 'example.org/app' });

    const config = readFileSync(scene().path('git/1/config'), 'utf8');
    expect(config).to.match(/branch "main"/).and.not.match(/evil|secret|example/);
    expect(readdirSync(join(repository.path, '.git')).sort()).to.deep.equal(before);
  });

  it('follows a repository from branch to branch, and to another place', async () => {
    expect((await state(repository.path)).state).to.include({ branch: 'main' });
    repository.git('checkout', '--quiet', '-b', 'other');
    expect((await state(repository.path)).state).to.include({ branch: 'other' });
    execFileSync('mv', [repository.path, scene().path('moved')]);

    expect((await state(scene().path('moved'))).state).to.include({ branch: 'other' });
  });

  it('is of one save alone: who asks while another does has another, and the next has the first again', async () => {
    const slow = new SlowGit(scene());
    const first = state(repository.path, { PATH: slow.PATH });
    await slow.asked();
    repository.git('checkout', '--quiet', '-b', 'other');

    const second = await state(repository.path);
    await slow.goOn();

    expect(second.state).to.include({ branch: 'other' });
    expect((await first).state).to.include({ branch: 'main' });
    await state(repository.path);
    const headIn = (place: string): string => readFileSync(scene().path(`git/${place}/HEAD`), 'utf8');
    expect(readdirSync(scene().path('git')).map(headIn)).to.deep.equal(['ref: refs/heads/other\n', 'ref: refs/heads/other\n']);
  });

  it('ignores what the user ignores, in each of the places of git', async () => {
    mkdirSync(scene().path('nobody/.config/git'), { recursive: true });
    writeFileSync(scene().path('nobody/.config/git/ignore'), '*.xdg\n');
    for (const name of ['a.xdg', 'a.own', 'a.new']) repository.write(name, '');
    expect((await state(repository.path)).state?.files.map(([, path]) => path)).to.deep.equal(['a.new', 'a.own']);
    writeFileSync(scene().path('nobody/own'), '*.own\n');
    writeFileSync(scene().path('nobody/more'), '[core]\n\texcludesFile = ~/own\n');
    writeFileSync(scene().path('nobody/.gitconfig'), '[include] path = more ; here\n');

    expect((await state(repository.path)).state?.files.map(([, path]) => path)).to.deep.equal(['a.new', 'a.xdg']);
    expect((await state(repository.path, { GIT_CONFIG_GLOBAL: '/dev/null' })).state?.files).to.have.length(2);
  });

  it('passes over configuration of the user that is no file', async () => {
    mkdirSync(scene().path('nobody'));
    symlinkSync('/dev/null', scene().path('nobody/.gitconfig'));

    expect(await state(repository.path)).to.deep.include({ children: 2, warnings: [] });
  });

  it('goes without a repository that is read in a way that is not known', async () => {
    repository.git('config', 'core.repositoryFormatVersion', '1');
    repository.git('config', 'extensions.fromTomorrow', 'true');

    const found = await state(repository.path);

    expect(found).to.deep.include({ state: null, children: 0 });
    expect(found.warnings).to.deep.equal(["the repository has the extension 'fromtomorrow', which is not known"]);
  });
});
