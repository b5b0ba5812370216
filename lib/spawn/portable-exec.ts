// exec() and execFile() on the portable path: collects what the child writes and reports as Node does.

import type { ChildProcess, ExecFileOptions } from 'node:child_process';
import { getSystemErrorName, inspect } from 'node:util';

import type { Containment } from './contained-child.js';
import { spawnPortably } from './portable-spawn.js';

const MAX_BUFFER = 1024 * 1024;

type Done = (error: Error | null, stdout: string | Buffer, stderr: string | Buffer) => void;
type Options = Omit<ExecFileOptions, 'shell'> & { shell?: string | boolean; encoding?: string | null };

export function execPortably(kind: 'shell' | 'file', values: readonly unknown[], containment: Containment): ChildProcess {
  const [command, ...rest] = values;
  const args = Array.isArray(rest[0]) ? (rest[0] as string[]) : [];
  const options: Options = { ...(rest.find((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) ?? {}) };
  const done = rest.find((value) => typeof value === 'function') as Done | undefined;
  requireSize(options.maxBuffer);
  if (kind === 'shell') options.shell ??= true;
  const child = spawnPortably([command, args, { ...options, stdio: 'pipe' }], containment);
  new Collector(child, [String(command), ...args].join(' '), options, done).begin();
  return child;
}

// In Node's words.
function requireSize(maxBuffer: unknown): void {
  if (maxBuffer === undefined || (typeof maxBuffer === 'number' && maxBuffer >= 0)) return;
  const words = `"options.maxBuffer" is out of range. It must be a positive number. Received ${inspect(maxBuffer)}`;
  throw Object.assign(new RangeError(`The value of ${words}`), { code: 'ERR_OUT_OF_RANGE' });
}

/** The output of one child, until it is complete or too much. */
class Collector {
  readonly #child: ChildProcess;
  readonly #command: string;
  readonly #options: Options;
  readonly #done: Done | undefined;
  readonly #output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  #failure: Error | undefined;
  #killed = false;
  #finished = false;

  constructor(child: ChildProcess, command: string, options: Options, done: Done | undefined) {
    this.#child = child;
    this.#command = command;
    this.#options = options;
    this.#done = done;
  }

  begin(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      let left = this.#options.maxBuffer ?? MAX_BUFFER;
      this.#child[name]?.on('data', (bytes: Buffer) => {
        this.#output[name].push(bytes.subarray(0, Math.max(left, 0)));
        left -= bytes.length;
        if (left < 0) this.#overflow(name);
      });
    }
    this.#child.on('close', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#finish(code, signal);
    });
    this.#child.on('error', (error) => {
      this.#failure = error;
      this.#finish(null, null);
    });
  }

  #overflow(name: string): void {
    const error = new RangeError(`${name} maxBuffer length exceeded`);
    this.#failure ??= Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
    this.#killed = true;
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#child.kill(this.#options.killSignal);
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
    const error =
      this.#failure ?? Object.assign(new Error(`Command failed: ${this.#command}\n${String(stderr)}`), { code: shown, killed, signal });
    this.#done?.(Object.assign(error, { cmd: this.#command }), stdout, stderr);
  }

  #collected(name: 'stdout' | 'stderr'): string | Buffer {
    const bytes = Buffer.concat(this.#output[name]);
    const encoding = this.#options.encoding === undefined ? 'utf8' : this.#options.encoding;
    return encoding !== null && Buffer.isEncoding(encoding) ? bytes.toString(encoding) : bytes;
  }
}
