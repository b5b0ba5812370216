// A terminal: a tmux server of the test's own, driven by keys and read by what it shows.

import { execFileSync } from 'node:child_process';

import { eventually } from './eventually.js';
import type { Scene } from './scene.js';

export function whyNoTmux(): string | undefined {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'tmux is not installed';
  }
}

export class Terminal {
  readonly #socket: string;

  /** Opens a terminal of 200 x 24 with a shell that has job control and the prompt `ready$ `. */
  constructor(scene: Scene) {
    this.#socket = scene.path('tmux');
    const shell = 'env -u TMUX PS1="ready$ " HISTFILE= bash --norc --noprofile -i';
    this.#tmux(['-f', '/dev/null', 'new-session', '-d', '-x', '200', '-y', '24', shell]);
  }

  /** Once it has shown its first prompt. */
  async ready(): Promise<this> {
    await this.shows(/^ready\$/m);
    return this;
  }

  #tmux(args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', stdio: 'pipe' });
  }

  type(line: string): void {
    this.#tmux(['send-keys', '-l', line]);
    this.press('Enter');
  }

  /** A key as tmux names it: `C-c`, `C-z`, `Enter`. */
  press(key: string): void {
    this.#tmux(['send-keys', key]);
  }

  resize(columns: number, rows: number): void {
    this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  screen(): string {
    return this.#tmux(['capture-pane', '-p']);
  }

  async shows(pattern: RegExp): Promise<void> {
    try {
      await eventually(`the terminal shows ${String(pattern)}`, () => pattern.test(this.screen()));
    } catch (error) {
      throw new Error(`${String(error)}; it shows:\n${this.screen()}`, { cause: error });
    }
  }

  close(): void {
    try {
      this.#tmux(['kill-server']);
    } catch {
      return; // the last shell has exited, so the server is gone
    }
  }
}

/**
 * Opens a terminal that is closed after its test. To be called before useScene(), whose hook looks whether anything is
 * left.
 */
export function useTerminal(): (scene: Scene) => Promise<Terminal> {
  let terminal: Terminal | undefined;
  afterEach(() => {
    terminal?.close();
    terminal = undefined;
  });
  return (scene) => {
    terminal = new Terminal(scene);
    return terminal.ready();
  };
}
