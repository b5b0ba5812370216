// Makes the ChildProcess of a guard pass for that of its root, by public properties and events alone.
// The guard's own 'spawn', 'exit' and 'close' stay hidden; those of the root are told in their place.

import { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { getSystemErrorName } from 'node:util';

import { guardEnvironment } from '../../addon/home.js';
import { guardPath } from '../../addon/native-files.js';
import type { RootEnd } from '../../tree/facts.js';
import type { Program } from '../../tree/launch-request.js';
import type { GuardProcess } from './portable-tree-link.js';
import type { LaunchedTree } from '../../tree/start-tree.js';
import type { ContainedTree } from '../../tree/tree.js';
import { endStatus } from '../contained-child.js';
import type { Abort } from '../contained-child.js';
import { spawn } from '../node-spawns.js';

const { EACCES, EAGAIN, EINVAL, EMFILE, ENFILE, ENOENT, ENOSYS, ESRCH } = constants.errno;

/** Failures that Node tells by an 'error' event; it throws all others. */
const TOLD_BY_EVENT: ReadonlySet<number> = new Set([-EACCES, -EAGAIN, -EMFILE, -ENFILE, -ENOENT]);

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** The root's side of a child that is really its guard. */
export class PortableChild {
  readonly #child: ChildProcess;
  readonly #emit: Emit;
  readonly #abort: Abort;
  #onGuardSpawn: () => unknown = () => undefined;
  #tellGuardEnd: (endedWell: boolean) => void = () => undefined;
  readonly #guardEnd = new Promise<boolean>((resolve) => (this.#tellGuardEnd = resolve));
  #exitCode: number | null = null;
  #signalCode: NodeJS.Signals | null = null;
  readonly #guardPid: number | undefined;
  #guardOver = false;
  #ended = false;
  #closed = false;

  constructor(child: ChildProcess, program: Program, abort: Abort) {
    this.#child = child;
    this.#abort = abort;
    this.#guardPid = child.pid;
    this.#emit = child.emit.bind(child) as Emit;
    Object.assign(child, { spawnfile: program.file, spawnargs: program.args });
    const guarded: Emit = (event, ...args) => this.#pass(event, args);
    hide(child, 'emit', guarded);
    for (const name of ['exitCode', 'signalCode'] as const) {
      const get = (): unknown => (name === 'exitCode' ? this.#exitCode : this.#signalCode);
      // Node writes the guard's own end here.
      Object.defineProperty(child, name, { get, set: () => undefined, enumerable: true, configurable: true });
    }
  }

  /** The guard has answered. Throws as child_process.spawn() does. */
  settle({ tree, errno, pid }: LaunchedTree): void {
    const child = this.#child;
    Object.defineProperty(child, 'pid', { value: pid, writable: true, enumerable: true, configurable: true });
    (child.stdio as unknown[]).pop(); // the guard's socket
    this.#borrowMethods(tree);
    for (const stream of child.stdio) {
      stream?.once('close', () => {
        this.#closeWhenDone();
      });
    }
    if (errno !== 0 && !TOLD_BY_EVENT.has(errno)) {
      this.discard();
      throw spawnError(errno, 'spawn');
    }
    this.#onGuardSpawn = () => (errno === 0 ? this.#emit('spawn') : this.#fail(errno));
  }

  end(end: RootEnd): void {
    const { code, signalName } = endStatus(end);
    if (signalName === '') this.#exitCode = code;
    else this.#signalCode = signalName;
    this.#ended = true;
    this.#child.stdin?.destroy();
    try {
      this.#emit('exit', this.#exitCode, this.#signalCode);
    } finally {
      this.#drainStreams();
    }
  }

  /** Nothing was started, and nobody will get to see this child. */
  discard(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
    if (this.#child.connected) this.#child.disconnect();
    ChildProcess.prototype.unref.call(this.#child);
  }

  /** The guard as its link deals with it. `recovery`: what a recovery needs to know beside the facts. */
  guardFor(recovery: readonly string[]): GuardProcess {
    return {
      signal: (signo) => {
        this.#signalGuard(signo);
      },
      recover: (facts) => this.#recoverAfter(facts, recovery),
    };
  }

  // Node takes a dead child away when it tells of its end, so until then the pid is the guard's own.
  #signalGuard(signo: number): void {
    if (this.#guardPid === undefined || this.#guardOver) return;
    try {
      process.kill(this.#guardPid, signo);
    } catch {
      return; // it is another user's by now: whoever waits for it hears nothing, and says so
    }
  }

  /** Waits for the end of the guard. When it did not end well, `holdfast-guard recover` ends what it left. */
  async #recoverAfter(facts: readonly string[], recovery: readonly string[]): Promise<readonly string[]> {
    ChildProcess.prototype.ref.call(this.#child);
    const endedWell = await this.#guardEnd;
    const told = facts.filter((line) => /^(guard|mechanism|cgroup|record|started) /.test(line));
    return endedWell ? [] : recoverTree([...recovery, ...told]);
  }

  #fail(errno: number): void {
    this.#exitCode = errno;
    this.#ended = true;
    this.#child.stdin?.destroy();
    const { spawnfile, spawnargs } = this.#child;
    const error = Object.assign(spawnError(errno, `spawn ${spawnfile}`), { path: spawnfile, spawnargs: spawnargs.slice(1) });
    try {
      this.#emit('error', error);
    } finally {
      this.#drainStreams();
    }
  }

  #pass(event: string | symbol, args: unknown[]): boolean {
    if (event === 'exit') this.#guardOver = true;
    if (event === 'exit') this.#tellGuardEnd(args[0] === 0);
    if (event === 'spawn') this.#onGuardSpawn(); // in the tick in which Node tells of its children
    if (event === 'spawn' || event === 'exit' || event === 'close') return false;
    const heard = this.#emit(event, ...args);
    if (event === 'disconnect') this.#closeWhenDone();
    return heard;
  }

  // As Node does: a stream that nobody has touched is read to its end, so that 'close' can come.
  #drainStreams(): void {
    process.nextTick(() => {
      for (const stream of this.#child.stdio.slice(1)) {
        if (stream && 'resume' in stream && stream.readable && !isAnothersStdio(stream)) stream.resume();
      }
      this.#closeWhenDone();
    });
  }

  #closeWhenDone(): void {
    const open = this.#child.stdio.slice(1).some((stream) => stream !== null && stream !== undefined && !stream.closed);
    if (!this.#ended || this.#closed || open || this.#child.connected) return;
    this.#closed = true;
    this.#emit('close', this.#exitCode, this.#signalCode);
  }

  // The guard's handle never holds the loop: the link to it does.
  #borrowMethods(tree: ContainedTree): void {
    const child = this.#child;
    ChildProcess.prototype.unref.call(child);
    hide(child, 'ref', () => {
      tree.keepLoop(true);
    });
    hide(child, 'unref', () => {
      tree.keepLoop(false);
    });
    const signalRoot = (signo: number): number => this.#abort.signalRoot(tree, signo);
    hide(child, 'kill', (signal?: NodeJS.Signals | number) => killRoot(child, signalRoot, signal));
  }
}

function recoverTree(lines: readonly string[]): Promise<readonly string[]> {
  const recovery = spawn(guardPath(), ['recover', ...lines], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: guardEnvironment(),
  });
  const link = recovery.stdio[3] as Readable;
  return new Promise((resolve) => {
    let text = '';
    link.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
    link.on('error', () => undefined); // 'close' follows; what came until then counts
    link.on('close', () => {
      resolve(text.split('\n').slice(0, -1));
    });
    recovery.on('error', () => {
      resolve([]);
    });
  });
}

function killRoot(
  child: ChildProcess,
  signalRoot: (signo: number) => number,
  signal: NodeJS.Signals | number = 'SIGTERM',
): boolean {
  const errno = signalRoot(signal === 0 ? 0 : knownSignal(signal));
  if (errno === 0) {
    Object.assign(child, { killed: true });
    return true;
  }
  if (errno === -EINVAL || errno === -ENOSYS) throw spawnError(errno, 'kill');
  if (errno !== -ESRCH) child.emit('error', spawnError(errno, 'kill'));
  return false;
}

function knownSignal(signal: NodeJS.Signals | number): number {
  const known: Record<string, number> = constants.signals;
  const signo = typeof signal === 'number' ? signal : known[signal.toUpperCase()];
  if (signo !== undefined && Object.values(known).includes(signo)) return signo;
  throw Object.assign(new TypeError(`Unknown signal: ${signal}`), { code: 'ERR_UNKNOWN_SIGNAL' });
}

/** Node marks a stream that it has passed to another child, who reads it now (lib/internal/child_process.js). */
function isAnothersStdio(stream: object): boolean {
  return Object.getOwnPropertySymbols(stream).some(({ description }) => description === 'kIsUsedAsStdio');
}

function hide(child: ChildProcess, name: 'emit' | 'kill' | 'ref' | 'unref', value: unknown): void {
  Object.defineProperty(child, name, { value, writable: true, configurable: true, enumerable: false });
}

function spawnError(errno: number, syscall: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall });
}
