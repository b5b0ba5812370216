// The descriptor table of a root that is about to start: what is passed on, and for each pipe a pair of sockets.
// Every descriptor made here is closed or handed over by settle().

import { closeSync } from 'node:fs';

import { binding } from '../native/load-binding.js';
import type { StdioEntry } from '../tree/launch-request.js';

/** A stream that takes over our end of a pair. */
export interface PipeStream {
  open(fd: number): void;
}

export class RootDescriptors {
  readonly entries: StdioEntry[] = [];
  /** One for each `passed` entry, in order. */
  readonly passed: number[] = [];
  readonly #ours: (readonly [stream: PipeStream, fd: number])[] = [];
  readonly #theirs: number[] = [];

  /** /dev/null for the three standard ones, nothing above: as libuv does. */
  ignore(): void {
    this.entries.push(this.entries.length < 3 ? 'null' : 'closed');
  }

  pass(fd: number): void {
    this.entries.push('passed');
    this.passed.push(fd);
  }

  /** Throws a system error when there is no pair to be had. */
  pipe(stream: PipeStream): void {
    const [ours, theirs] = binding().socketPair();
    this.#ours.push([stream, ours]);
    this.#theirs.push(theirs);
    this.pass(theirs);
  }

  /** The guard has the root's ends, or never will; ours go to their streams, when those are still of use. */
  settle(ours: 'open' | 'close'): void {
    for (const fd of this.#theirs.splice(0)) closeSync(fd);
    for (const [stream, fd] of this.#ours.splice(0)) {
      if (ours === 'open') stream.open(fd);
      else closeSync(fd);
    }
  }
}
