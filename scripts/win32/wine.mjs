// Windows programs on this machine: wine in a prefix of its own, headless, and nothing of it left running afterwards.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SETTINGS = [
  ['HKCU\\Software\\Wine', 'Version', 'win10'],
  ['HKCU\\Software\\Wine\\Drivers', 'Graphics', 'null'], // windows without a screen
];

export class Wine {
  #env;

  /** The prefix is made when it is not there yet. */
  constructor(prefix) {
    const { DISPLAY: _, ...env } = process.env;
    this.#env = { ...env, WINEPREFIX: prefix, WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=d' };
    if (existsSync(join(prefix, 'system.reg'))) return;
    mkdirSync(prefix, { recursive: true });
    this.#require(['wineboot', '-i']);
    for (const [key, name, value] of SETTINGS) this.#require(['wine', 'reg', 'add', key, '/v', name, '/d', value, '/f']);
    this.close(); // the services of a first start do not work as those of every later one do
  }

  /**
   * The exit code and output, once nothing of wine is left. A node.exe cannot write to a pipe of Linux, so the output
   * goes to a file.
   */
  async run(args, { cwd, env = {}, timeout }) {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-wine-'));
    const path = join(directory, 'output');
    const output = openSync(path, 'w');
    try {
      const options = { cwd, env: { ...this.#env, ...env }, stdio: ['ignore', output, output], timeout, killSignal: 'SIGKILL' };
      const [status, signal] = await this.#runContained(args, options);
      return { status, signal, output: readFileSync(path, 'utf8') };
    } finally {
      closeSync(output);
      rmSync(directory, { recursive: true });
    }
  }

  /** Whom wine 8 ends before he is ready stays for good, waiting for its server, which has forgotten him. */
  async #runContained(args, options) {
    const { spawnContained } = await import('../../dist/index.mjs');
    const child = spawnContained('wine', args, { ...options, containment: { whenRootExits: 'wait' } });
    try {
      return await once(child, 'exit');
    } finally {
      this.close();
      const { reason, killed } = await child.tree.kill();
      if (reason === 'kill') console.log(`ended what wine had left behind: ${killed}`);
    }
  }

  /** Ends every process of this prefix, and waits for it. */
  close() {
    const [, waited] = ['-k', '-w'].map((flag) => spawnSync('wineserver', [flag], { env: this.#env, stdio: 'ignore', timeout: 30_000 }));
    if (waited.status !== 0) throw new Error(`programs of the wine prefix ${this.#env.WINEPREFIX} are left`);
  }

  #require([command, ...args]) {
    const { status } = spawnSync(command, args, { env: this.#env, stdio: 'ignore', timeout: 180_000 });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  }
}

/** A path of this machine as Windows programs see it. */
export function windowsPath(path) {
  return `Z:${path.replaceAll('/', '\\')}`;
}
