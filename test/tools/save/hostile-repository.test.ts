// A repository that wants to run programs: a plain git runs each of them, a save runs none.

import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';

import { NEEDS_ROOT, itIf } from '../../support/mechanisms.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { traced, whyNoStrace, type Traced } from '../../support/strace.js';
import { SOMEBODY_ELSE } from '../../support/users.js';
import { Repository } from './repository.js';

interface Trap {
  readonly what: string;
  /** Sets it in a repository, with the path of a program that must not run. */
  set(repository: Repository, program: string): void;
  /** What a plain git does when it runs into it. */
  readonly provoke: readonly string[];
  readonly input?: string;
}

const config = (key: string) => (repository: Repository, program: string) => {
  repository.git('config', key, program);
};

/** A file of the index that has to be looked at: as long as before, and newer. */
function touch(repository: Repository): void {
  execFileSync('touch', ['-d', '2001-01-01', join(repository.path, 'a.txt')]);
}

function filtered(repository: Repository, key: string, program: string): void {
  repository.write('.git/info/attributes', '* filter=evil\n');
  repository.git('config', key, program);
  touch(repository);
}

/** The newest commit carries what looks like a signature. */
function sign(repository: Repository): void {
  const lines = repository.git('cat-file', 'commit', 'HEAD').split('\n');
  const signature = ['gpgsig -----BEGIN PGP SIGNATURE-----', ' ', ' aaaa', ' -----END PGP SIGNATURE-----'];
  repository.write('signed', [...lines.slice(0, 3), ...signature, ...lines.slice(3)].join('\n'));
  const id = repository.git('hash-object', '-t', 'commit', '-w', 'signed').trim();
  rmSync(join(repository.path, 'signed'));
  repository.git('update-ref', 'HEAD', id);
}

/** Without the contents of its files, or even their names (`tree:0`), which would have to be fetched. */
function makePartial(repository: Repository, without = 'blob:none'): void {
  const source = `${repository.path}.source`;
  execFileSync('mv', [repository.path, source]);
  new Repository(source).git('config', 'uploadpack.allowFilter', 'true');
  execFileSync('git', ['clone', '--quiet', `--filter=${without}`, '--no-checkout', `file://${source}`, repository.path], { stdio: 'pipe' });
  repository.git('config', 'remote.origin.url', 'ssh://example.invalid/app');
}

const TRAPS: readonly Trap[] = [
  { what: 'core.fsmonitor', set: config('core.fsmonitor'), provoke: ['status'] },
  { what: 'a clean filter', set: (repository, program) => filtered(repository, 'filter.evil.clean', program), provoke: ['status'] },
  { what: 'a filter process', set: (repository, program) => filtered(repository, 'filter.evil.process', program), provoke: ['status'] },
  {
    what: 'a filter of an included configuration',
    set: (repository, program) => {
      repository.write('.git/more', `[filter "evil"]\n\tclean = ${program}\n`);
      filtered(repository, 'include.path', 'more');
    },
    provoke: ['status'],
  },
  {
    what: 'the hook post-index-change',
    set: (repository, program) => {
      mkdirSync(join(repository.path, '.git', 'hooks'), { recursive: true });
      execFileSync('cp', [program, join(repository.path, '.git', 'hooks', 'post-index-change')]);
      touch(repository);
    },
    provoke: ['status'],
  },
  { what: 'diff.external', set: (repository, program) => (config('diff.external')(repository, program), repository.write('a.txt', 'two\n')), provoke: ['diff'] },
  {
    what: 'a textconv',
    set: (repository, program) => {
      repository.write('.git/info/attributes', '* diff=evil\n');
      repository.git('config', 'diff.evil.textconv', program);
    },
    provoke: ['log', '-p'],
  },
  {
    what: 'gpg.program',
    set: (repository, program) => {
      sign(repository);
      repository.git('config', 'gpg.program', program);
      repository.git('config', 'log.showSignature', 'true');
    },
    provoke: ['log'],
  },
  {
    what: 'core.sshCommand and a partial clone',
    set: (repository, program) => {
      makePartial(repository);
      repository.git('config', 'core.sshCommand', program);
    },
    provoke: ['log', '-p'],
  },
  {
    what: 'a mailmap that a partial clone lacks',
    set: (repository, program) => {
      const blob = repository.git('rev-parse', 'HEAD:a.txt').trim();
      makePartial(repository);
      repository.git('config', 'mailmap.blob', blob);
      repository.git('config', 'core.sshCommand', program);
    },
    provoke: ['log', '--format=%aN'],
  },
  {
    what: 'a filter of the user, named by the repository,',
    set: (repository, program) => {
      const home = join(repository.path, '..', 'nobody');
      mkdirSync(home);
      writeFileSync(join(home, '.gitconfig'), `[filter "lfs"]\n\tclean = ${program}\n`);
      repository.write('.gitattributes', '* filter=lfs\n');
      touch(repository);
    },
    provoke: ['status'],
  },
  {
    what: 'a submodule with core.fsmonitor of its own',
    set: (repository, program) => {
      const inner = Repository.create(`${repository.path}.inner`);
      repository.git('submodule', '--quiet', 'add', inner.path, 'inner');
      repository.git('commit', '--quiet', '--message', 'a submodule');
      new Repository(join(repository.path, 'inner')).git('config', 'core.fsmonitor', program);
    },
    provoke: ['status'],
  },
  { what: 'credential.helper', set: config('credential.helper'), provoke: ['credential', 'fill'], input: 'protocol=https\nhost=example.invalid\n\n' },
  { what: 'core.askPass', set: config('core.askPass'), provoke: ['credential', 'fill'], input: 'protocol=https\nhost=example.invalid\n\n' },
  { what: 'an alias', set: (repository, program) => config('alias.log-')(repository, `!${program}`), provoke: ['log-'] },
  {
    what: 'core.pager, at a terminal',
    set: config('core.pager'),
    provoke: ['log'],
  },
];

const SAVING = [['node'], ['holdfast-guard'], ['git'], ['holdfast-guard'], ['git']];

describe('a save in a hostile repository', () => {
  const scene = useScene();
  let repository: Repository;
  let program = '';
  const hasFired = (): boolean => existsSync(scene().path('fired'));

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    program = scene().path('program');
    writeFileSync(program, `#!/bin/sh\n: > '${scene().path('fired')}'\nexec cat "$@" /dev/null\n`, { mode: 0o755 });
    mkdirSync(scene().path('home'), { mode: 0o700 });
  });

  /** With nothing of the user's own configuration, whose credential helpers may answer first. */
  function env(): NodeJS.ProcessEnv {
    const own = { HOLDFAST_HOME: scene().path('home'), HOME: scene().path('nobody'), GIT_TERMINAL_PROMPT: '0', TERM: 'xterm' };
    return { ...process.env, GIT_CONFIG_NOSYSTEM: '1', ...own };
  }

  /** A plain git, at a terminal. */
  function provoke({ provoke: words, input }: Trap): void {
    const git = ['git', '-C', repository.path, ...words];
    const [file = '', ...args] = input === undefined ? ['script', '-qec', git.join(' '), '/dev/null'] : git;
    spawnSync(file, args, { env: env(), input: input ?? '', stdio: ['pipe', 'pipe', 'pipe'], timeout: 20_000 });
  }

  const save = async (): Promise<Traced> => {
    const command = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'save', 'now', '--project', repository.path];
    return traced(scene(), command, { env: env() });
  };
  const names = ({ programs }: Traced): string[][] => programs.map((paths) => paths.map((path) => basename(path)));

  for (const trap of TRAPS) {
    itIf(whyNoStrace(), `runs nothing but git, whatever ${trap.what} says`, async () => {
      trap.set(repository, program);
      rmSync(scene().path('fired'), { force: true });

      const seen = await save();

      expect([seen.code, seen.errors]).to.deep.equal([0, '']);
      expect(hasFired(), 'the program has run').to.equal(false);
      expect(names(seen)).to.deep.equal(SAVING);
      expect(existsSync(join(repository.path, '.git', 'index.lock'))).to.equal(false);
      provoke(trap);
      expect(hasFired(), 'the control: a plain git runs it').to.equal(true);
    });
  }

  itIf(whyNoStrace(), 'fetches nothing of a partial clone that lacks what git needs, and goes without it', async () => {
    makePartial(repository, 'tree:0');
    repository.git('config', 'core.sshCommand', program);

    const seen = await save();

    expect(seen.code).to.equal(0);
    expect(seen.errors).to.match(/^\[WARNING\] git status: exit code 128: /);
    expect(names(seen)).to.deep.equal(SAVING.slice(0, 3));
    expect(hasFired(), 'the program has run').to.equal(false);
    provoke({ what: '', set: () => undefined, provoke: ['status'] });
    expect(hasFired(), 'the control: a plain git runs it').to.equal(true);
  });

  itIf(whyNoStrace() ?? NEEDS_ROOT, 'runs nothing but git in a repository of another user that is trusted', async () => {
    filtered(repository, 'filter.evil.clean', program);
    execFileSync('chown', ['-R', String(SOMEBODY_ELSE), repository.path]);
    mkdirSync(scene().path('nobody'));
    writeFileSync(scene().path('nobody/.gitconfig'), '[safe]\n\tdirectory = *\n');

    const seen = await save();

    expect([seen.code, seen.errors]).to.deep.equal([0, '']);
    expect(names(seen)).to.deep.equal(SAVING);
    expect(hasFired(), 'the program has run').to.equal(false);
    provoke({ what: '', set: () => undefined, provoke: ['status'] });
    expect(hasFired(), 'the control: a plain git runs it').to.equal(true);
  });
});
