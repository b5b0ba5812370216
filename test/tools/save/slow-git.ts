// A git that waits for a word before it does what it is asked to, the first time.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from '../../support/eventually.js';
import { writeToFifo } from '../../support/fifo.js';
import type { Scene } from '../../support/scene.js';

export class SlowGit {
  /** With this git before the real one. */
  readonly PATH: string;
  readonly #go: string;

  constructor(scene: Scene) {
    const bin = scene.path('bin');
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    this.PATH = `${bin}:${process.env['PATH'] ?? ''}`;
    this.#go = scene.path('go');
    mkdirSync(bin);
    execFileSync('mkfifo', [this.#go]);
    const wait = `if [ -p '${this.#go}' ]; then : > '${this.#go}.asked'; read word < '${this.#go}'; rm -f '${this.#go}'; fi`;
    writeFileSync(join(bin, 'git'), `#!/bin/sh\n${wait}\nexec '${real}' "$@"\n`, { mode: 0o755 });
  }

  async asked(): Promise<void> {
    await eventually('git is asked', () => existsSync(`${this.#go}.asked`));
  }

  async goOn(): Promise<void> {
    await writeToFifo(this.#go, 'now\n');
  }
}
