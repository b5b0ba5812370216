// Real repositories for the tests of saving, and the traps that a hostile one sets.

import { execFileSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['-c', 'user.name=holdfast', '-c', 'user.email=holdfast@example.invalid', '-c', 'protocol.file.allow=always'];

/** Nothing of the user who runs the tests. */
const ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

export class Repository {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** With one commit of one file. */
  static create(path: string): Repository {
    mkdirSync(path, { recursive: true });
    const made = new Repository(path);
    made.git('init', '--quiet', '--initial-branch', 'main');
    made.write('a.txt', 'one\n');
    made.git('add', '.');
    made.git('commit', '--quiet', '--message', 'the first');
    return made;
  }

  git(...words: readonly string[]): string {
    return this.bytes(...words).toString('utf8');
  }

  bytes(...words: readonly string[]): Buffer {
    return execFileSync('git', ['-C', this.path, ...NAMES, ...words], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  /** As if nobody had worked here since. */
  touchIndicators(at: Date): void {
    for (const name of ['HEAD', 'index', 'logs/HEAD']) utimesSync(join(this.path, '.git', name), at, at);
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD').trim();
  }
}
