// What Node's internals are known for, here and in process-handle.ts only. Node's own JavaScript makes the
// ChildProcess, checks its options and runs its stdio, IPC and events; only the lowest step, the methods of
// `child._handle`, is ours, for one child. seamFits() says whether this Node is built as expected; where it is not,
// portable-spawn.ts does the work.

import { ChildProcess } from 'node:child_process';

import { ContainmentError, errnoOf, systemErrorOf } from '../../errors.js';
import { newTreeId } from '../../tree/launch-request.js';
import type { Program } from '../../tree/launch-request.js';
import { errnoOfMachine, startTree, unstartedTree } from '../../tree/start-tree.js';
import type { LaunchedTree } from '../../tree/start-tree.js';
import type { ContainedTree } from '../../tree/tree.js';
import { Abort, attachTree, endStatus, openNativeLink, timeoutFrom, timeoutNote } from '../contained-child.js';
import type { ChildTerms } from '../contained-child.js';
import { spawn } from '../node-spawns.js';
import { canPrime, override, prime, setShape } from './process-handle.js';
import type { ProcessHandle } from './process-handle.js';
import { RootDescriptors } from './root-descriptors.js';
import type { PipeStream } from './root-descriptors.js';

/** lib/internal/child_process.js, getValidStdio(). */
interface StdioSlot {
  readonly type: 'ignore' | 'pipe' | 'overlapped' | 'inherit' | 'fd' | 'wrap';
  readonly fd?: number;
  readonly ipc?: boolean;
  readonly handle?: PipeStream & { readonly fd: number; close(): void };
}

/** What normalizeSpawnArguments() makes of the options; `stdio` is filled with slots by ChildProcess.spawn(). */
interface NormalOptions {
  file: string;
  args?: string[];
  cwd?: string | null;
  envPairs?: string[];
  stdio?: unknown;
  detached?: boolean;
  windowsHide?: boolean;
  windowsVerbatimArguments?: boolean;
  uid?: number | null;
  gid?: number | null;
  timeout?: number;
  killSignal?: NodeJS.Signals | number;
  signal?: AbortSignal;
}

interface InnerChild extends ChildProcess {
  readonly _handle: ProcessHandle | null;
}

type InnerSpawn = (this: InnerChild, options: NormalOptions) => number | undefined;

const prototype = ChildProcess.prototype as unknown as { spawn: InnerSpawn };

/** Runs a call that spawns through node:child_process, and contains the child it makes. */
export function containWithin<Result>(childTerms: ChildTerms, call: () => Result): Result {
  const contained = new Set<ChildProcess>();
  const result = withInnerSpawn((original, child, options) => {
    contained.add(child);
    return spawnInside(original, child, options, childTerms);
  }, call);
  if (contained.size > 0) return result;
  if (result instanceof ChildProcess) result.kill('SIGKILL');
  throw new ContainmentError('ERR_HOLDFAST_START_FAILED', 'node:child_process has been replaced here');
}

// The first use ends the replacement: what a listener spawns meanwhile is spawned by Node alone.
function withInnerSpawn<Result>(
  replacement: (original: InnerSpawn, child: InnerChild, options: NormalOptions) => number | undefined,
  call: () => Result,
): Result {
  const original = prototype.spawn;
  const restore = (): void => {
    if (prototype.spawn === replaced) prototype.spawn = original;
  };
  const replaced: InnerSpawn = function (options) {
    restore();
    return replacement(original, this, options);
  };
  prototype.spawn = replaced;
  try {
    return call();
  } finally {
    restore();
  }
}

function spawnInside(original: InnerSpawn, child: InnerChild, options: NormalOptions, childTerms: ChildTerms) {
  const handle = child._handle as ProcessHandle;
  const timeout = childTerms.timeout ?? timeoutFrom(options.timeout, options.killSignal);
  options.timeout = 0; // the guard keeps it
  const noteTimeout = timeoutNote(child, timeout);
  const launch = (): number => {
    const { tree, errno, pid } = launchTree(handle, options, { ...childTerms, timeout });
    attachTree(child, tree);
    interpose(handle, tree, new Abort(options.signal));
    tree.onRootEnd = (end) => {
      noteTimeout();
      const { code, signalName } = endStatus(end);
      handle.onexit(code, signalName);
    };
    if (pid !== undefined) handle.pid = pid;
    return errno;
  };
  override(handle, 'spawn', launch);
  return Reflect.apply(original, child, [options]);
}

function launchTree(handle: ProcessHandle, options: NormalOptions, childTerms: ChildTerms): LaunchedTree {
  prime(handle);
  const slots = options.stdio as readonly StdioSlot[];
  const descriptors = new RootDescriptors();
  try {
    const launched = startConnected(descriptors, slots, options, childTerms);
    descriptors.settle(STREAMS_ARE_USED.has(launched.errno) ? 'open' : 'close', launched.pid);
    return launched;
  } catch (error) {
    descriptors.settle('close');
    for (const slot of slots) if (isPipe(slot)) slot.handle.close();
    handle.close();
    throw error;
  }
}

function startConnected(
  descriptors: RootDescriptors,
  slots: readonly StdioSlot[],
  options: NormalOptions,
  { terms, timeout }: ChildTerms,
): LaunchedTree {
  const { file, args = [], envPairs: env = [], cwd, uid, gid, detached = false } = options;
  const verbatim = options.windowsVerbatimArguments ?? false;
  const hide = hidden(options.windowsHide ?? false, slots);
  try {
    for (const slot of slots) connect(descriptors, slot);
  } catch (cause) {
    return { tree: unstartedTree(newTreeId(), terms), errno: errnoOfStdio(cause), pid: undefined };
  }
  const program = {
    file,
    args: args.map(String), // process_wrap.cc takes numbers, too
    env,
    cwd: cwd === '' ? undefined : (cwd ?? undefined),
    uid: uid ?? undefined,
    gid: gid ?? undefined,
    detached,
    hide,
    verbatim,
  };
  return startTree({ program, stdio: descriptors.entries, terms, timeout }, openNativeLink(descriptors.passed));
}

function connect(descriptors: RootDescriptors, slot: StdioSlot): void {
  if (slot.type === 'ignore') descriptors.ignore();
  else if (isPipe(slot)) descriptors.pipe(slot.handle, slot.ipc === true || slot.type === 'overlapped' ? 'overlapped' : 'plain');
  else if (slot.type === 'wrap' && slot.handle !== undefined) descriptors.passStream(slot.handle);
  else descriptors.pass(slot.fd ?? -1);
}

// deps/uv/src/win/process-stdio.c: a stream that is neither a pipe nor a console is the caller's mistake.
function errnoOfStdio(cause: unknown): number {
  return systemErrorOf(cause)?.errno === NOT_SUPPORTED ? NOT_SUPPORTED : errnoOfMachine(cause);
}

// deps/uv/src/win/process.c, uv_spawn(): a console of its own only where no descriptor of ours would be lost with it.
function hidden(wanted: boolean, slots: readonly StdioSlot[]): NonNullable<Program['hide']> {
  if (!wanted) return 'nothing';
  return slots.some(({ type }) => type === 'inherit' || type === 'fd') ? 'window' : 'window-and-console';
}

function isPipe(slot: StdioSlot): slot is StdioSlot & Required<Pick<StdioSlot, 'handle'>> {
  return (slot.type === 'pipe' || slot.type === 'overlapped') && slot.handle !== undefined;
}

const NOT_SUPPORTED = errnoOf('ENOTSUP');

// After these ChildProcess.spawn() goes on with the streams: the read sides see their end, and 'close' follows.
const STREAMS_ARE_USED: ReadonlySet<number> = new Set([0, ...['EACCES', 'EAGAIN', 'ENOENT'].map(errnoOf)]);

function interpose(handle: ProcessHandle, tree: ContainedTree, abort: Abort): void {
  const real = Object.getPrototypeOf(handle) as ProcessHandle;
  override(handle, 'kill', (signo: number) => abort.signalRoot(tree, signo));
  override(handle, 'hasRef', () => tree.keepsLoop);
  override(handle, 'ref', () => {
    real.ref.call(handle);
    tree.keepLoop(true);
  });
  override(handle, 'unref', () => {
    real.unref.call(handle);
    tree.keepLoop(false);
  });
}

const STOP = new Error('the examination stops here');

// Looked at once, when this file is loaded, on a child that is never started.
const fits = process.env['HOLDFAST_FORCE_PORTABLE'] === undefined && examine(); // forced for tests of the other path

/** Whether Node's internals are what this file expects. */
export function seamFits(): boolean {
  return fits;
}

function examine(): boolean {
  try {
    const child = catchChild();
    const handle = child._handle;
    const options: NormalOptions = { file: '/', args: [], envPairs: [], stdio: ['ignore', 'ignore', 'ignore'] };
    if (handle === null) return false;
    override(handle, 'spawn', (...args: unknown[]) => {
      setShape(args.length === 1 ? 'object' : 'positional');
      throw STOP;
    });
    untilStop(() => prototype.spawn.call(child, options));
    const [slot] = options.stdio as readonly StdioSlot[];
    const methods = ['kill', 'ref', 'unref', 'hasRef', 'close', 'onexit'] as const;
    const asExpected = slot?.type === 'ignore' && methods.every((name) => typeof handle[name] === 'function');
    return asExpected && canPrime(handle);
  } catch {
    return false;
  }
}

function catchChild(): InnerChild {
  const caught: InnerChild[] = [];
  const catchIt = (_original: InnerSpawn, child: InnerChild): never => {
    caught.push(child);
    throw STOP;
  };
  untilStop(() => withInnerSpawn(catchIt, () => spawn('/', { stdio: 'ignore' }).on('error', () => undefined)));
  if (caught[0] === undefined) throw new Error('ChildProcess.prototype.spawn is not used');
  return caught[0];
}

function untilStop(call: () => unknown): void {
  try {
    call();
  } catch (thrown) {
    if (thrown !== STOP) throw thrown;
  }
}
