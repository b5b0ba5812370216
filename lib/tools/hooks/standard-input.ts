// Standard input without process.stdin, which loads the network of Node first: a quarter of what an empty hook costs.

import { EventEmitter } from 'node:events';
import { existsSync, read } from 'node:fs';

import { candidatesFor } from '../../addon/candidates.js';

const STDIN = 0;
const CHUNK = 64 * 1024;

/** As much of a stream as reading needs: `'data'`, `'end'` and `'error'`. */
export interface Input {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  once(event: 'end', listener: () => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  /** Nothing is read from now on, but for what is being read. */
  destroy(): unknown;
}

export class StandardInput extends EventEmitter implements Input {
  #isWanted = true;
  #isReading = false;

  constructor() {
    super();
    setImmediate(() => (canEndWhileReading() ? this.#readOn() : this.#passOn()));
  }

  /** Whether a thread of libuv's pool waits for a writer: exit(3) would wait for it (deadline.ts). */
  get isReading(): boolean {
    return this.#isReading;
  }

  destroy(): void {
    this.#isWanted = false;
  }

  #readOn(): void {
    if (!this.#isWanted) return;
    this.#isReading = true;
    read(STDIN, Buffer.allocUnsafe(CHUNK), 0, CHUNK, null, (error, length, buffer) => {
      this.#isReading = false;
      if (!this.#isWanted) return;
      if (error?.code === 'EAGAIN') return this.#passOn();
      if (error !== null) this.emit('error', error);
      else if (length === 0) this.emit('end');
      else {
        this.emit('data', buffer.subarray(0, length));
        this.#readOn();
      }
    });
  }

  /**
   * A stream knows what to do with a descriptor that somebody has made non-blocking, as they may where it is shared,
   * and with the consoles and pipes of Windows.
   */
  #passOn(): void {
    for (const event of ['data', 'end', 'error']) {
      process.stdin.on(event, (...words: readonly unknown[]) => this.#isWanted && this.emit(event, ...words));
    }
  }
}

/** Options of Node under which it loads no addon. */
const NO_ADDON = /--no-addons|--(?:experimental-)?permission/;

/** A read that waits for ever can be left by the addon alone (exitAtOnce()), and not on every Windows. */
function canEndWhileReading(): boolean {
  if (process.platform === 'win32' || NO_ADDON.test([...process.execArgv, process.env['NODE_OPTIONS']].join(' '))) return false;
  return candidatesFor('holdfast.node').some((path) => existsSync(path));
}
