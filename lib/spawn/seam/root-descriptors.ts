// The descriptor table of a root that is about to start: what is passed on, and for each pipe a pair of ends.
// Every descriptor made here is closed or handed over by settle().

import { binding } from '../../addon/load.js';
import type { StdioEntry } from '../../tree/launch-request.js';

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

  /** A stream of this process. Throws a system error when it cannot be passed on. */
  passStream(stream: { readonly fd: number }): void {
    const made = binding().streamDescriptor?.(stream);
    if (made !== undefined) this.#theirs.push(made);
    this.pass(made ?? stream.fd);
  }

  /** Throws a system error when no pair can be made. */
  pipe(stream: PipeStream, kind: 'plain' | 'overlapped'): void {
    const [ours, theirs] = binding().stdioPair(kind);
    this.#ours.push([stream, ours]);
    this.#theirs.push(theirs);
    this.pass(theirs);
  }

  /** The guard has the root's ends, or never will; ours go to their streams, when those are still of use. */
  settle(ours: 'open' | 'close', rootPid?: number): void {
    for (const fd of this.#theirs.splice(0)) binding().closeEnd(fd);
    for (const [stream, fd] of this.#ours.splice(0)) {
      if (ours === 'close') binding().closeEnd(fd);
      else stream.open(fd);
      if (rootPid !== undefined) binding().setPipePeer?.(fd, rootPid);
    }
  }
}
