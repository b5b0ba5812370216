// Standard input without process.stdin, which loads the network of Node first: a quarter of what an empty hook costs.

import { EventEmitter } from 'node:events';
import { read } from 'node:fs';

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
    setImmediate(() => (process.platform === 'win32' ? this.#passOn() : this.#readOn()));
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
