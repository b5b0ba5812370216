// A TreeLink that needs nothing of the addon but a pair of sockets: a net.Socket, and reads beside it while the
// event loop stands still. For runtimes where the seam does not fit.

import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';

import type { TreeLink } from '../../addon/binding.js';
import { errnoOf, systemErrorOf } from '../../errors.js';
import { fieldsOf, wordOf } from '../../tree/facts.js';

const HEADER_BYTES = 16;
const LOOK_MS = 1;
/** How often a guard that says nothing is continued, in looks. */
const SILENT_LOOKS = 50;
const LAST_OF_BIRTH: ReadonlySet<string> = new Set(['started', 'failed', 'refused']);

/** A launch request without descriptors, whole: the guard was started with those of the root. */
export function launchMessage(request: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('HFL1');
  header.writeBigUInt64LE(BigInt(request.length), 8);
  return Buffer.concat([header, request]);
}

/** The guard as the process that it is. */
export interface GuardProcess {
  /** If it is still there. */
  signal(signo: number): void;
  /** What is still to be told when the link has ended: the lines of whoever recovered the tree of a dead guard. */
  recover(facts: readonly string[]): Promise<readonly string[]>;
}

export interface PortableStart {
  readonly request: Uint8Array;
  readonly deadlineMs: number;
}

export class PortableTreeLink implements TreeLink {
  readonly facts: readonly string[];
  onFacts: ((lines: readonly string[]) => void) | undefined;
  onEnd: (() => void) | undefined;
  readonly #fd: number;
  readonly #socket: Socket;
  readonly #guard: GuardProcess;
  readonly #rootPid: number;
  #partial = '';
  #early: readonly string[];
  #referenced = true;
  #closed = false;

  /**
   * Takes the socket over, sends the launch request and waits for the guard's answer. Throws a system error, ETIMEDOUT,
   * when there is none in time: the guard is ended then.
   */
  constructor(fd: number, guard: GuardProcess, { request, deadlineMs }: PortableStart) {
    this.#fd = fd;
    this.#guard = guard;
    this.#socket = new Socket({ fd, readable: true, writable: true }); // from here on no call on the descriptor blocks
    const lines = this.#talk(launchMessage(request), deadlineMs);
    const end = lines.findIndex((line) => LAST_OF_BIRTH.has(wordOf(line))) + 1;
    this.facts = end > 0 ? lines.slice(0, end) : lines;
    this.#early = end > 0 ? lines.slice(end) : [];
    this.#rootPid = Number(fieldsOf(this.facts.at(-1) ?? '')[0]);
    this.#socket.on('data', (bytes: Buffer) => {
      this.#tell(this.#linesOf(bytes));
    });
    this.#socket.on('error', () => undefined); // 'close' follows, and means the same
    this.#socket.on('close', () => {
      this.#end();
    });
    setImmediate(() => {
      this.#tell([]);
    });
  }

  send(line: string): number {
    if (this.#closed || this.#socket.destroyed) return -constants.errno.EPIPE;
    this.#socket.write(`${line}\n`);
    this.#guard.signal(constants.signals.SIGCONT); // a member may have stopped it
    return 0;
  }

  receive(timeoutMs: number): readonly string[] {
    const early = this.#early;
    this.#early = [];
    if (early.length > 0 || this.#closed) return early;
    const until = performance.now() + timeoutMs;
    for (;;) {
      const bytes = readAvailable(this.#fd);
      if (bytes === undefined) return [];
      const lines = this.#linesOf(bytes);
      if (lines.length > 0 || performance.now() >= until) return lines;
      standStill();
    }
  }

  // The guard keeps the root a zombie until it hears `collected`, so the pid is the root's own.
  signalRoot(signo: number): number {
    try {
      process.kill(this.#rootPid, signo);
      return 0;
    } catch (error) {
      return systemErrorOf(error)?.errno ?? -constants.errno.ESRCH;
    }
  }

  endGuard(): void {
    this.#guard.signal(constants.signals.SIGKILL);
  }

  ref(): void {
    this.#referenced = true;
    this.#socket.ref();
  }

  unref(): void {
    this.#referenced = false;
    this.#socket.unref();
  }

  hasRef(): boolean {
    return this.#referenced && !this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.onEnd = undefined;
    this.#socket.destroySoon(); // what has been sent still goes out
  }

  #talk(message: Buffer, deadlineMs: number): string[] {
    const until = performance.now() + deadlineMs;
    const lines: string[] = [];
    let unsent = message;
    for (let looks = 1; !lines.some((line) => LAST_OF_BIRTH.has(wordOf(line))); looks += 1) {
      unsent = unsent.subarray(writeSome(this.#fd, unsent));
      const bytes = readAvailable(this.#fd);
      if (bytes === undefined) break;
      lines.push(...this.#linesOf(bytes));
      if (bytes.length > 0) continue;
      if (performance.now() >= until) this.#giveUp();
      if (looks % SILENT_LOOKS === 0) this.#guard.signal(constants.signals.SIGCONT); // somebody may have stopped it
      standStill();
    }
    return lines;
  }

  #giveUp(): never {
    this.#guard.signal(constants.signals.SIGKILL);
    this.#socket.destroy();
    const [code, syscall] = ['ETIMEDOUT', 'wait for the guard'];
    throw Object.assign(new Error(`${code}: ${syscall}`), { code, errno: errnoOf(code), syscall });
  }

  #linesOf(bytes: Uint8Array): string[] {
    const lines = (this.#partial + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#partial = lines.pop() ?? '';
    return lines;
  }

  #tell(lines: readonly string[]): void {
    const all = [...this.#early, ...lines];
    this.#early = [];
    if (all.length > 0) this.onFacts?.(all);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#guard.recover(this.facts).then((lines) => {
      this.#tell(lines);
      this.onEnd?.();
    });
  }
}

function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
}

/** How much of it could be written now; the end of the socket shows when it is read. */
function writeSome(fd: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  try {
    return writeSync(fd, bytes);
  } catch {
    return 0;
  }
}

/** What can be read now: nothing yet is empty, the end is undefined. */
function readAvailable(fd: number): Uint8Array | undefined {
  const buffer = Buffer.alloc(4096);
  try {
    const length = readSync(fd, buffer);
    return length === 0 ? undefined : buffer.subarray(0, length);
  } catch (error) {
    return systemErrorOf(error)?.code === 'EAGAIN' ? new Uint8Array() : undefined;
  }
}
