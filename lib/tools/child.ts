// The one way in which a tool starts a process: contained, with a deadline that cannot be left out, no standard
// input, and output that is kept up to a limit. When this settles nothing of it is left. A rule of the linter keeps
// every other way out of lib/tools.

import type * as Library from '../index.js';
import type { EndReport } from '../index.js';
import { budgetSignal } from './budget.js';
import { withoutWithheld } from './withheld.js';

export const CHILD_TIMEOUT_MS = 5000;
const LARGEST_OUTPUT = 4 * 1024 * 1024;
/** What is ignored stays so in the program that takes the place of the shell (execve(2)). */
const IGNORES_TERMINATE = `trap '' TERM; exec "$0" "$@"`;

export interface ToolChild {
  readonly file: string;
  readonly args: readonly string[];
  /** Milliseconds until the tree is ended. */
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to its standard input, which is closed otherwise. */
  readonly input?: string | Uint8Array;
  /**
   * Bytes of each stream; a child that writes more is ended.
   * @default 4 MiB
   */
  readonly maxOutput?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /**
   * POSIX: it ignores SIGTERM, which a polite end of a tree sends to new members, too.
   * @default false
   */
  readonly ignoresTerminate?: boolean;
}

export interface ToolChildResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether it wrote more than it may. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly end: EndReport;
}

/**
 * Rejects with Node's own error when it cannot be started, with the reason of the signal or of the command's budget
 * when one of them aborts, and with a RangeError without a deadline: to Node a timeout of 0 is none.
 */
export async function runChild(wanted: ToolChild): Promise<ToolChildResult> {
  if (wanted.ignoresTerminate !== true || process.platform === 'win32') return runOnce(wanted);
  const { file, args } = wanted;
  const shell = { ...wanted, file: '/bin/sh', args: ['-c', IGNORES_TERMINATE, file, ...args] };
  const deadline = performance.now() + wanted.timeoutMs;
  for (;;) {
    const result = await runOnce(shell);
    const isHitTooEarly = result.signal === 'SIGTERM'; // before the shell could ignore it
    if (!isHitTooEarly || performance.now() >= deadline) return result;
  }
}

async function runOnce(wanted: ToolChild): Promise<ToolChildResult> {
  const { file, args, timeoutMs, maxOutput = LARGEST_OUTPUT, input } = wanted;
  const aborts = [wanted.signal ?? [], budgetSignal() ?? []].flat();
  if (!(timeoutMs >= 1)) throw new RangeError(`timeoutMs: expected at least 1, got ${timeoutMs}`);
  for (const abort of aborts) abort.throwIfAborted();
  const { spawnContained } = loadLibrary();
  const child = spawnContained(file, args, {
    ...(wanted.cwd !== undefined && { cwd: wanted.cwd }),
    env: withoutWithheld(wanted.env ?? process.env),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  const stopChild = (): void => void child.tree.kill();
  for (const abort of aborts) abort.addEventListener('abort', stopChild, { once: true });
  const streams = [collect(child.stdout, maxOutput, stopChild), collect(child.stderr, maxOutput, stopChild)] as const;
  child.stdin?.on('error', () => undefined); // it need not read what it gets
  child.stdin?.end(input);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...ended) => resolve(ended));
    });
    const end = await child.tree.empty;
    for (const abort of aborts) abort.throwIfAborted();
    const [stdout, stderr] = streams.map(({ chunks }) => Buffer.concat(chunks)) as [Buffer, Buffer];
    const truncated = streams.some((stream) => stream.truncated);
    return { code, signal, stdout, stderr, truncated, timedOut: end.reason === 'timeout', end };
  } finally {
    for (const abort of aborts) abort.removeEventListener('abort', stopChild);
  }
}

/** Only when something is started: most hooks and checks start nothing, and it is half of what they would load. */
function loadLibrary(): typeof Library {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily, and without a promise
  return require('../index.js') as typeof Library;
}

interface Collected {
  readonly chunks: Buffer[];
  truncated: boolean;
}

function collect(stream: NodeJS.ReadableStream | null, most: number, onTooMuch: () => void): Collected {
  const collected: Collected = { chunks: [], truncated: false };
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, most - bytes);
    bytes += kept.length;
    collected.chunks.push(kept);
    if (kept.length === chunk.length || collected.truncated) return;
    collected.truncated = true;
    onTooMuch();
  });
  return collected;
}
