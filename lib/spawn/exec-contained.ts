// execContained() and execFileContained(): child_process.exec() and execFile(), contained, also when promisified.

import type {
  ChildProcess,
  ExecException,
  ExecFileException,
  ExecFileOptions,
  ExecOptions,
  PromiseWithChild,
} from 'node:child_process';
import { promisify } from 'node:util';

import { isOptions, termsFrom } from '../options.js';
import { containWithin, seamFits } from './seam/child-process-seam.js';
import { timeoutFrom } from './contained-child.js';
import type { Contained, ChildTerms, WithContainment } from './contained-child.js';
import { exec, execFile } from './node-spawns.js';
import { execPortably } from './portable/portable-exec.js';

type Encoded<Options, Encoding> = Options & WithContainment & { encoding: Encoding };
type Texts<Options> = Options & WithContainment & { encoding?: BufferEncoding | undefined };
type Done<Failure, Output> = (error: Failure | null, stdout: Output, stderr: Output) => void;
type Result<Output> = PromiseWithChild<{ stdout: Output; stderr: Output }> & { child: Contained<ChildProcess> };

/** The signatures of child_process.exec(). */
export interface ExecContained {
  (command: string, callback?: Done<ExecException, string>): Contained<ChildProcess>;
  (command: string, options: Encoded<ExecOptions, 'buffer' | null>, callback?: Done<ExecException, Buffer>): Contained<ChildProcess>;
  (command: string, options: Texts<ExecOptions>, callback?: Done<ExecException, string>): Contained<ChildProcess>;
  readonly [promisify.custom]: {
    (command: string, options?: Texts<ExecOptions>): Result<string>;
    (command: string, options: Encoded<ExecOptions, 'buffer' | null>): Result<Buffer>;
  };
}

/** The signatures of child_process.execFile(). */
export interface ExecFileContained {
  (file: string, callback?: Done<ExecFileException, string>): Contained<ChildProcess>;
  (
    file: string,
    options: Encoded<ExecFileOptions, 'buffer' | null>,
    callback?: Done<ExecFileException, Buffer>,
  ): Contained<ChildProcess>;
  (
    file: string,
    argsOrOptions: readonly string[] | Texts<ExecFileOptions>,
    callback?: Done<ExecFileException, string>,
  ): Contained<ChildProcess>;
  (
    file: string,
    args: readonly string[],
    options: Encoded<ExecFileOptions, 'buffer' | null>,
    callback?: Done<ExecFileException, Buffer>,
  ): Contained<ChildProcess>;
  (
    file: string,
    args: readonly string[],
    options: Texts<ExecFileOptions>,
    callback?: Done<ExecFileException, string>,
  ): Contained<ChildProcess>;
  readonly [promisify.custom]: {
    (file: string, options?: Texts<ExecFileOptions>): Result<string>;
    (file: string, options: Encoded<ExecFileOptions, 'buffer' | null>): Result<Buffer>;
    (file: string, args: readonly string[], options?: Texts<ExecFileOptions>): Result<string>;
    (file: string, args: readonly string[], options: Encoded<ExecFileOptions, 'buffer' | null>): Result<Buffer>;
  };
}

/** Runs a shell command and collects its output, as child_process.exec() does, contained. */
export const execContained = promisable((args) => {
  const { childTerms, values } = readTerms(args);
  if (!seamFits()) return execPortably('shell', values, childTerms);
  return containWithin(childTerms, () => Reflect.apply(exec, undefined, values) as ChildProcess);
}) as ExecContained;

/** Runs a program and collects its output, as child_process.execFile() does, contained. */
export const execFileContained = promisable((args) => {
  const { childTerms, values } = readTerms(args);
  if (!seamFits()) return execPortably('file', values, childTerms);
  return containWithin(childTerms, () => Reflect.apply(execFile, undefined, values) as ChildProcess);
}) as ExecFileContained;

type AnyOptions = ExecFileOptions & WithContainment;

/** The guard keeps the timeout; what is no duration stays in the options, for Node to refuse. */
function readTerms(args: readonly unknown[]): { childTerms: ChildTerms; values: unknown[] } {
  const at = args.findIndex(isOptions);
  const options = (args[at] ?? {}) as AnyOptions;
  const { timeout: ms, killSignal } = options;
  const isDuration = Number.isInteger(ms) && (ms ?? 0) > 0;
  const timeout = isDuration ? timeoutFrom(ms, killSignal) : undefined;
  const withoutTimeout = isDuration ? { ...options, timeout: 0 } : options;
  const values = args.map((value, index) => (index === at ? withoutTimeout : value));
  return { childTerms: { terms: termsFrom(options.containment), timeout }, values };
}

/** Promisified as Node's are: the promise has the child, and a rejection the output. */
function promisable(run: (args: readonly unknown[]) => ChildProcess): (...args: unknown[]) => ChildProcess {
  const promised = (...args: unknown[]): Promise<unknown> => {
    let done: Done<Error, unknown> = () => undefined;
    const promise = new Promise((resolve, reject) => {
      done = (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(Object.assign(error, { stdout, stderr }));
      };
    });
    const child = run([...args, (...outcome: Parameters<typeof done>) => done(...outcome)]);
    return Object.assign(promise, { child });
  };
  const call = (...args: unknown[]): ChildProcess => run(args);
  Object.defineProperty(call, promisify.custom, { value: promised });
  return call;
}
