// Repositories that git reads in different ways, by their configuration or by what lies in them.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { Repository } from './repository.js';

export interface Kind {
  readonly kind: string;
  /** Resolves with where git is asked; the repository itself unless it says so. */
  readonly make: (repository: Repository, beside: (name: string) => string) => string | undefined;
}

/** Touched, so that git compares what is in it. */
function touch(path: string): void {
  execFileSync('touch', ['-d', '2001-01-01', path]);
}

function withDirectories(repository: Repository): void {
  for (const name of ['in', 'out']) {
    mkdirSync(join(repository.path, name));
    repository.write(`${name}/file`, '');
  }
  repository.git('add', '.');
  repository.git('commit', '--quiet', '--message', 'directories');
}

export const KINDS: readonly Kind[] = [
  {
    kind: 'whose lines end as on Windows',
    make: (repository) => {
      repository.git('config', 'core.autocrlf', 'true');
      repository.write('a.txt', 'one\r\n');
      touch(join(repository.path, 'a.txt'));
      return undefined;
    },
  },
  {
    kind: 'that does not look at modes',
    make: (repository) => {
      repository.git('config', 'core.fileMode', 'false');
      execFileSync('chmod', ['+x', join(repository.path, 'a.txt')]);
      return undefined;
    },
  },
  {
    kind: 'of which a part is checked out',
    make: (repository) => {
      withDirectories(repository);
      repository.git('sparse-checkout', 'set', '--cone', 'in');
      return undefined;
    },
  },
  {
    kind: 'of which a part is checked out, with a sparse index',
    make: (repository) => {
      withDirectories(repository);
      repository.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
      repository.write('in/new', '');
      return undefined;
    },
  },
  {
    kind: 'with a split index',
    make: (repository) => {
      repository.git('update-index', '--split-index');
      repository.write('new', '');
      repository.git('add', 'new');
      return undefined;
    },
  },
  {
    kind: 'with an untracked cache',
    make: (repository) => {
      repository.git('update-index', '--untracked-cache');
      repository.git('status');
      repository.write('new', '');
      return undefined;
    },
  },
  {
    kind: 'with packed references and an upstream of another name',
    make: (repository, beside) => {
      repository.git('clone', '--quiet', repository.path, beside('clone'));
      const clone = new Repository(beside('clone'));
      clone.git('checkout', '--quiet', '-b', 'a"branch"=x', '--track', 'origin/main');
      clone.git('commit', '--quiet', '--allow-empty', '--message', 'ahead');
      clone.git('pack-refs', '--all');
      return clone.path;
    },
  },
  {
    kind: 'that is shallow',
    make: (repository, beside) => {
      for (const message of ['the second', 'the third']) repository.git('commit', '--quiet', '--allow-empty', '--message', message);
      repository.git('clone', '--quiet', '--depth', '2', `file://${repository.path}`, beside('clone'));
      return beside('clone');
    },
  },
  {
    kind: 'with objects of another one',
    make: (repository, beside) => {
      repository.git('clone', '--quiet', '--shared', repository.path, beside('clone'));
      return beside('clone');
    },
  },
  {
    kind: 'whose names are of SHA-256',
    make: (_, beside) => {
      const other = new Repository(beside('other'));
      mkdirSync(other.path);
      other.git('init', '--quiet', '--object-format=sha256', '--initial-branch', 'main');
      other.write('a.txt', 'one\n');
      other.git('add', '.');
      other.git('commit', '--quiet', '--message', 'the first');
      other.write('new', '');
      return other.path;
    },
  },
  {
    kind: 'with files to ignore',
    make: (repository) => {
      repository.write('.gitignore', '*.log\n');
      repository.write('.git/info/exclude', '*.tmp\n');
      repository.write('ignored', '*.own\n');
      repository.git('config', 'core.excludesFile', join(repository.path, 'ignored'));
      for (const name of ['a.log', 'a.tmp', 'a.own', 'a.new']) repository.write(name, '');
      return undefined;
    },
  },
  {
    kind: 'with a submodule that has moved on',
    make: (repository, beside) => {
      const inner = Repository.create(beside('inner'));
      repository.git('submodule', '--quiet', 'add', inner.path, 'inner');
      repository.git('commit', '--quiet', '--message', 'a submodule');
      new Repository(join(repository.path, 'inner')).git('commit', '--quiet', '--allow-empty', '--message', 'further');
      return undefined;
    },
  },
  {
    kind: 'in a worktree with settings of its own',
    make: (repository, beside) => {
      withDirectories(repository);
      repository.git('worktree', 'add', '--quiet', '-b', 'beside', beside('tree'));
      const tree = new Repository(beside('tree'));
      tree.git('sparse-checkout', 'set', '--cone', 'in');
      tree.write('in/new', '');
      return tree.path;
    },
  },
  {
    kind: 'with a branch whose name is not UTF-8',
    make: (repository) => {
      execFileSync('sh', ['-c', `git -C '${repository.path}' checkout --quiet -b "$(printf 'caf\\351')"`]);
      return undefined;
    },
  },
  {
    kind: 'with HEAD as a link, as of old',
    make: (repository) => {
      rmSync(join(repository.path, '.git/HEAD'));
      symlinkSync('refs/heads/main', join(repository.path, '.git/HEAD'));
      return undefined;
    },
  },
  {
    kind: 'whose branch has a remote of two lines',
    make: (repository) => {
      repository.git('config', 'branch.main.remote', 'a\nb');
      return undefined;
    },
  },
  {
    kind: 'in a directory with a .git that is none',
    make: (repository) => {
      withDirectories(repository);
      mkdirSync(join(repository.path, 'in/.git'));
      return join(repository.path, 'in');
    },
  },
  {
    kind: 'in a directory of it',
    make: (repository) => {
      withDirectories(repository);
      repository.write('in/new', '');
      return join(repository.path, 'in');
    },
  },
];
