// Starts one tree: asks a guard for it and turns the answer into a tree, an errno as libuv would return it,
// or a ContainmentError. Does not know who spawns, nor how the guard was reached.

import { ContainmentError, errnoOf, systemErrorOf } from '../errors.js';
import type { NativeLaunch, TreeLink } from '../addon/binding.js';
import { binding } from '../addon/load.js';
import type { Terms } from '../options.js';
import { lastFailedCall, readBirth } from './facts.js';
import type { Birth, FailedCall, Outcome } from './facts.js';
import { MARK_VARIABLE, encodeLaunch, markOf, newTreeId } from './launch-request.js';
import type { Program, StdioEntry, Timeout } from './launch-request.js';
import { remember, worthTrying } from './mechanism-memory.js';
import { ContainedTree } from './tree.js';

/** What is to be started, on which terms. */
export interface TreeLaunch {
  readonly program: Program;
  readonly stdio: readonly StdioEntry[];
  readonly terms: Terms;
  readonly timeout: Timeout | undefined;
}

export interface LaunchedTree {
  readonly tree: ContainedTree;
  /** 0, or the negative errno that libuv would return. */
  readonly errno: number;
  /** Of the root; undefined when it was not started. */
  readonly pid: number | undefined;
}

/** Reaches a guard and waits for its first answer. Throws system errors. */
export type OpenLink = (start: Pick<NativeLaunch, 'request' | 'recovery'>) => TreeLink;

export function startTree(launch: TreeLaunch, open: OpenLink): LaunchedTree {
  const id = newTreeId();
  const mark = markOf(id, process.env[MARK_VARIABLE]);
  const terms = { ...launch.terms, mechanisms: worthTrying(launch.terms.mechanisms) };
  const request = encodeLaunch({ ...launch, id, mark, terms, owner: identifyOwner(terms.owner) });
  let link: TreeLink;
  try {
    link = open({ request, recovery: [`tree ${id}`, `mark ${mark}`] });
  } catch (cause) {
    return { tree: unstartedTree(id, launch.terms), errno: errnoOfMachine(cause), pid: undefined };
  }
  remember(link.facts);
  return settle(id, launch, link);
}

/** A tree whose root was never started. */
export function unstartedTree(id: string, terms: Terms, birth?: Birth): ContainedTree {
  const tree = treeOf(id, { terms, timeout: undefined }, birth);
  tree.abandon();
  return tree;
}

function settle(id: string, launch: TreeLaunch, link: TreeLink): LaunchedTree {
  const birth = readBirth(link.facts);
  const { outcome } = birth;
  if (outcome.kind === 'started') {
    const tree = treeOf(id, launch, birth);
    tree.begin(link);
    return { tree, errno: 0, pid: outcome.root.pid };
  }
  link.close();
  if (outcome.kind === 'refused') throw refusal(outcome, link.facts);
  if (!ROOT_STEPS.has(outcome.call) && !isShortage(-outcome.errno)) throw failure(outcome);
  return { tree: unstartedTree(id, launch.terms, birth), errno: -outcome.errno, pid: undefined };
}

type Kept = Pick<TreeLaunch, 'terms' | 'timeout'>;

function treeOf(id: string, { terms, timeout }: Kept, birth: Birth | undefined): ContainedTree {
  return new ContainedTree({
    id,
    label: terms.label,
    owner: birth?.owner ?? { pid: process.pid, startTime: 0n },
    mechanism: birth?.mechanism ?? terms.mechanisms[0] ?? 'subreaper',
    escapable: birth?.escapable ?? [],
    graceMs: terms.graceMs,
    timeout,
  });
}

function identifyOwner(owner: Terms['owner']): { pid: number; startTime: bigint } | undefined {
  if (owner === undefined) return undefined;
  const { pid, startTime } = owner;
  if (startTime !== undefined) return { pid, startTime };
  const entry = binding()
    .processTable()
    .find((candidate) => candidate.pid === pid);
  if (entry !== undefined) return { pid, startTime: entry.startTime };
  throw new ContainmentError('ERR_HOLDFAST_OWNER', `there is no process ${pid} that could own the tree`, { pid });
}

// What the root's own way to exec does; any other call belongs to the containment.
const ROOT_STEPS: ReadonlySet<string> = new Set([
  ...['dup2', 'setsid', 'chdir', 'setgid', 'setuid', 'execvp'],
  ...['DuplicateHandle', 'lpReserved2', 'CreateProcessW'], // the same on Windows
]);

const SHORTAGES: ReadonlySet<number> = new Set(
  ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'EBADF' /* a descriptor of the caller's that is not open */].map(errnoOf),
);

/** Errors of which Node reports the like when the machine has run out of something. */
export function isShortage(errno: number): boolean {
  return SHORTAGES.has(errno);
}

/** The errno to return for an error of the machine; whatever else came is thrown as it is or explained. */
export function errnoOfMachine(cause: unknown): number {
  const error = systemErrorOf(cause);
  if (error?.errno === undefined) throw cause;
  if (isShortage(error.errno)) return error.errno;
  const { errno, syscall, path } = error;
  const facts = { errno, cause, ...(syscall !== undefined && { syscall }), ...(path !== undefined && { path }) };
  if (error.code === 'ETIMEDOUT') {
    throw new ContainmentError('ERR_HOLDFAST_NO_ANSWER', `the guard did not answer in time: ${error.message}`, facts);
  }
  const unusable = path !== undefined || syscall === 'posix_spawn';
  throw new ContainmentError(
    unusable ? 'ERR_HOLDFAST_GUARD_UNUSABLE' : 'ERR_HOLDFAST_START_FAILED',
    `the guard could not be started: ${error.message}`,
    facts,
  );
}

function failure({ call, code, errno }: Extract<Outcome, { kind: 'failed' }>): ContainmentError {
  return new ContainmentError('ERR_HOLDFAST_START_FAILED', `${code}: the containment could not be set up, ${call}`, {
    errno: -errno,
    syscall: call,
  });
}

function refusal({ what, detail }: Extract<Outcome, { kind: 'refused' }>, facts: readonly string[]): ContainmentError {
  switch (what) {
    case 'mechanism':
      return unavailable(detail, lastFailedCall(facts));
    case 'route':
      return new ContainmentError('ERR_HOLDFAST_ROUTE_OPEN', `the route '${detail}' cannot be closed here`);
    case 'owner':
      return new ContainmentError('ERR_HOLDFAST_OWNER', detail);
    case 'limits':
      return new ContainmentError('ERR_HOLDFAST_LIMITS_UNSUPPORTED', detail);
    default:
      return new ContainmentError('ERR_HOLDFAST_START_FAILED', `the guard refused the launch: ${detail}`);
  }
}

function unavailable(detail: string, failed: FailedCall | undefined): ContainmentError {
  return new ContainmentError(
    'ERR_HOLDFAST_MECHANISM_UNAVAILABLE',
    `no acceptable mechanism works here: ${detail}`,
    failed && { errno: -failed.errno, syscall: failed.call },
  );
}
