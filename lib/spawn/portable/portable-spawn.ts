// Contained spawning by public interfaces alone: the guard is the child that plain child_process.spawn() starts,
// with the root's stdio and one socket more. For runtimes where child-process-seam.ts does not fit.

import type { ChildProcess, ForkOptions, SpawnOptions } from 'node:child_process';

import { guardEnvironment } from '../../addon/home.js';
import { isOptions } from '../../options.js';
import { ContainmentError } from '../../errors.js';
import { guardPath } from '../../addon/native-files.js';
import { binding } from '../../addon/load.js';
import { recoverOthersOnce } from '../../tree/cleanup.js';
import { MARK_VARIABLE, markOf, newTreeId } from '../../tree/launch-request.js';
import { PortableTreeLink } from './portable-tree-link.js';
import { startTree, unstartedTree } from '../../tree/start-tree.js';
import type { LaunchedTree } from '../../tree/start-tree.js';
import { LAUNCH_DEADLINE_MS, Abort, attachTree, timeoutFrom, timeoutNote } from '../contained-child.js';
import type { ChildTerms } from '../contained-child.js';
import { fork, spawn } from '../node-spawns.js';
import { ownProperties } from '../own-properties.js';
import { PortableChild } from './portable-child.js';
import { isArguments, readSpawnArguments, refuseAsNode, withTwoChannels } from './portable-program.js';
import type { PortableOptions, PortableProgram } from './portable-program.js';

export function spawnPortably(args: readonly unknown[], childTerms: ChildTerms): ChildProcess {
  return start(readSpawnArguments(args), childTerms);
}

/** As child_process.fork() puts its arguments together. */
export function forkPortably(args: readonly unknown[], childTerms: ChildTerms): ChildProcess {
  refuseAsNode(() => probeFork(args));
  const [modulePath, ...rest] = args;
  const moduleArgs = Array.isArray(rest[0]) ? (rest.shift() as string[]) : [];
  const options = ownProperties((rest.find(isOptions) ?? {}) as ForkOptions & PortableOptions);
  const { execPath = process.execPath, execArgv = process.execArgv, silent = false } = options;
  const form = silent ? 'pipe' : 'inherit';
  const stdio = options.stdio ?? [form, form, form, 'ipc'];
  const forms = typeof stdio === 'string' ? [stdio, stdio, stdio, 'ipc' as const] : stdio;
  const nodeArgs = [...execArgv, String(modulePath), ...moduleArgs];
  return spawnPortably([execPath, nodeArgs, { ...options, stdio: forms, shell: false }], childTerms);
}

// A stdio without a channel is one more thing for Node to refuse.
function probeFork([modulePath, second, third]: readonly unknown[]): ChildProcess {
  const options = isArguments(second) ? third : second;
  const { stdio } = (isOptions(options) ? options : {}) as ForkOptions;
  const lacksChannel = Array.isArray(stdio) && !stdio.includes('ipc');
  const probed = lacksChannel || !isOptions(options ?? {}) ? options : { ...withTwoChannels(options), execArgv: ['--version'] };
  return Reflect.apply(fork, undefined, [modulePath, ...(isArguments(second) ? [second] : []), probed]) as ChildProcess;
}

function start(asked: PortableProgram, childTerms: ChildTerms): ChildProcess {
  requirePosix();
  const { program, stdio, options } = asked;
  const [ours, theirs] = binding().stdioPair('plain');
  const guard = startGuard(options, [...stdio, theirs], [ours, theirs]);
  if (guard.pid === undefined) {
    // Node tells the reason by an 'error' event, which has to name the root.
    binding().closeEnd(ours);
    attachTree(guard, unstartedTree(newTreeId(), childTerms.terms));
    return Object.assign(guard, { spawnfile: program.file, spawnargs: program.args });
  }
  const face = new PortableChild(guard, program, new Abort(options.signal));
  const timeout = childTerms.timeout ?? timeoutFrom(options.timeout, options.killSignal);
  const noteTimeout = timeoutNote(guard, timeout);
  const launched = launch(face, ours, asked, { ...childTerms, timeout });
  const { tree } = launched;
  attachTree(guard, tree);
  tree.onRootEnd = (end) => {
    noteTimeout();
    face.end(end);
  };
  face.settle(launched);
  return guard;
}

function requirePosix(): void {
  if (process.platform !== 'win32') return;
  const message = 'node:child_process is not built as expected here, and on Windows there is no other way to contain its children';
  throw new ContainmentError('ERR_HOLDFAST_START_FAILED', message);
}

type Pair = readonly [number, number];

/** The guard takes the stdio, and nothing else of what the options say about the root. */
function startGuard(options: PortableOptions, stdio: unknown[], [ours, theirs]: Pair): ChildProcess {
  const { signal, killSignal, serialization, timeout } = options;
  const own = {
    stdio,
    env: guardEnvironment(),
    ...(signal !== undefined && { signal }),
    ...(killSignal !== undefined && { killSignal }),
    ...(serialization !== undefined && { serialization }),
    ...(timeout !== undefined && !isDuration(timeout) && { timeout }), // for Node to refuse
  } as SpawnOptions;
  try {
    return spawn(guardPath(), ['launch', '--socket', String(stdio.length - 1)], own);
  } catch (error) {
    binding().closeEnd(ours);
    throw error;
  } finally {
    binding().closeEnd(theirs);
  }
}

function isDuration(timeout: unknown): boolean {
  return Number.isInteger(timeout) && (timeout as number) >= 0;
}

function launch(
  face: PortableChild,
  socket: number,
  { program, stdio }: PortableProgram,
  { terms, timeout }: ChildTerms,
): LaunchedTree {
  try {
    const launched = startTree({ program, stdio: stdio.map(entryFor), terms, timeout }, ({ request, recovery }) => {
      const start = { request, deadlineMs: LAUNCH_DEADLINE_MS };
      return new PortableTreeLink(socket, face.guardFor(recovery), start);
    });
    recoverOthersOnce(markOf(launched.tree.id, process.env[MARK_VARIABLE]));
    return launched;
  } catch (error) {
    face.discard();
    throw error;
  }
}

// The guard has been given an entry for each, so the root inherits them; Node makes /dev/null of 'ignore' for the
// guard's own first three.
function entryFor(form: unknown, index: number): 'inherited' | 'closed' {
  return index > 2 && (form === 'ignore' || form === null || form === undefined) ? 'closed' : 'inherited';
}
