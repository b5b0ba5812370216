// exec() and execFile() on the portable path: collects what the child writes and reports as Node does.

import type { ChildProcess, ExecFileOptions } from 'node:child_process';
import { getSystemErrorName, inspect } from 'node:util';

import type { ChildTerms } from '../contained-child.js';
import { ownProperties } from '../own-properties.js';
import { isOptions } from '../../options.js';
import { spawnPortably } from './portable-spawn.js';

const MAX_BUFFER = 1024 * 1024;

type Done = (error: Error | null, stdout: string | Buffer, stderr: string | Buffer) => void;
type Options = Omit<ExecFileOptions, 'shell'> & { shell?: string | boolean; encoding?: string | null };

export function execPortably(kind: 'shell' | 'file', values: readonly unknown[], childTerms: ChildTerms): ChildProcess {
  const [command, ...rest] = values;
  const args = Array.isArray(rest[0]) ? (rest[0] as string[]) : [];
  const options: Options = ownProperties(rest.find(isOptions) ?? {});
  const done = rest.find((value) => typeof value === 'function') as Done | undefined;
  requireSize(options.maxBuffer);
  if (kind === 'shell') options.shell ??= true;
  const child = spawnPortably([command, args, { ...options, stdio: 'pipe' }], childTerms);
  new Collector(child, [String(command), ...args].join(' '), options, done).begin();
  return child;
}

// In Node's words.
function requireSize(maxBuffer: unknown): void {
  if (maxBuffer === undefined || (typeof maxBuffer === 'number' && maxBuffer >= 0)) return;
  const words = `"options.maxBuffer" is out of range. It must be a positive number. Received ${inspect(maxBuffer)}`;
  throw Object.assign(new RangeError(`The value of ${words}`), { code: 'ERR_OUT_OF_RANGE' });
}

type Name = 'stdout' | 'stderr';
type Piece = string | Buffer;

/** The output of one child, until it is complete or too much. */
class Collector {
  readonly #child: ChildProcess;
  readonly #command: string;
  readonly #options: Options;
  readonly #encoding: BufferEncoding | undefined;
  readonly #done: Done | undefined;
  readonly #output: Record<Name, Piece[]> = { stdout: [], stderr: [] };
  #failure: unknown;
  #killed = false;
  #finished = false;

  constructor(child: ChildProcess, command: string, options: Options, done: Done | undefined) {
    const encoding = 'encoding' in options ? options.encoding : 'utf8'; // undefined asks for bytes
    this.#child = child;
    this.#command = command;
    this.#options = options;
    this.#encoding = Buffer.isEncoding(encoding ?? '') ? (encoding as BufferEncoding) : undefined;
    this.#done = done;
  }

  begin(): void {
    for (const name of ['stdout', 'stderr'] as const) this.#collect(name, this.#options.maxBuffer ?? MAX_BUFFER);
    this.#child.on('close', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#finish(code, signal);
    });
    this.#child.on('error', (error) => {
      this.#failure = error;
      this.#finish(null, null);
    });
  }

  #collect(name: Name, most: number): void {
    const stream = this.#child[name];
    if (this.#encoding !== undefined) stream?.setEncoding(this.#encoding);
    let left = most;
    stream?.on('data', (piece: Piece) => {
      const length = typeof piece === 'string' ? Buffer.byteLength(piece, stream.readableEncoding ?? 'utf8') : piece.length;
      this.#output[name].push(length > left ? piece.slice(0, Math.max(left, 0)) : piece);
      left -= length;
      if (left < 0) this.#overflow(name);
    });
  }

  #overflow(name: Name): void {
    const error = new RangeError(`${name} maxBuffer length exceeded`);
    this.#failure ??= Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
    this.#killed = true;
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    try {
      this.#child.kill(this.#options.killSignal);
    } catch (cause) {
      this.#failure = cause;
      this.#finish(null, null);
    }
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#finished) return;
    this.#finished = true;
    const [stdout, stderr] = [this.#collected('stdout'), this.#collected('stderr')];
    if (this.#failure === undefined && code === 0 && signal === null) {
      this.#done?.(null, stdout, stderr);
      return;
    }
    const killed = this.#child.killed || this.#killed;
    const shown = code !== null && code < 0 ? getSystemErrorName(code) : code;
    const words = `Command failed: ${this.#command}\n${String(stderr)}`;
    const error = (this.#failure ?? Object.assign(new Error(words), { code: shown, killed, signal })) as Error;
    this.#done?.(Object.assign(error, { cmd: this.#command }), stdout, stderr);
  }

  // Whoever has listened may have asked for text.
  #collected(name: Name): Piece {
    const pieces = this.#output[name];
    const isText = this.#encoding !== undefined || (this.#child[name]?.readableEncoding ?? null) !== null;
    return isText ? pieces.join('') : Buffer.concat(pieces as Buffer[]);
  }
}
