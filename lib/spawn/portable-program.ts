// Reads the arguments of child_process.spawn() by its documentation alone: which program they name, with which
// arguments, environment and stdio. For the portable path, where Node's own reading cannot be used.

import type { SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Program } from '../tree/launch-request.js';
import type { WithContainment } from './contained-child.js';

export type PortableOptions = SpawnOptions & WithContainment;
type StdioForm = Exclude<NonNullable<SpawnOptions['stdio']>, string>[number];

export interface PortableProgram {
  readonly program: Program;
  readonly stdio: StdioForm[];
  readonly options: PortableOptions;
}

export function readSpawnArguments(values: readonly unknown[]): PortableProgram {
  const [file, ...rest] = values;
  const args = Array.isArray(rest[0]) ? (rest[0] as unknown[]).map(String) : [];
  const options = (rest.find((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) ?? {}) as PortableOptions;
  if (typeof file !== 'string') throw argumentError('file', 'of type string', file);
  if (file === '') throw argumentError('file', 'a non-empty string', file);
  requireNumber('options.uid', options.uid);
  requireNumber('options.gid', options.gid);
  const stdio = stdioForms(options.stdio);
  const command = commandOf(file, args, options);
  const program: Program = {
    ...command,
    env: environmentOf(options, stdio.indexOf('ipc')),
    cwd: options.cwd === undefined ? undefined : pathOf(options.cwd),
    uid: options.uid,
    gid: options.gid,
    detached: options.detached === true,
  };
  for (const text of [program.file, ...program.args, ...program.env, program.cwd ?? '']) requireNoNul(text);
  return { program, stdio, options };
}

/** Which entry of `stdio` means a stream of the parent's. */
export function stdioForms(stdio: SpawnOptions['stdio']): StdioForm[] {
  const forms: StdioForm[] = typeof stdio === 'string' ? [stdio, stdio, stdio] : [...(stdio ?? [])];
  while (forms.length < 3) forms.push('pipe');
  return forms.map((form, index) => (form === 'inherit' ? index : form));
}

function commandOf(file: string, args: readonly string[], { shell, argv0 }: PortableOptions): Pick<Program, 'file' | 'args'> {
  if (shell !== undefined && shell !== false) {
    const interpreter = typeof shell === 'string' ? shell : '/bin/sh';
    return { file: interpreter, args: [argv0 ?? interpreter, '-c', [file, ...args].join(' ')] };
  }
  return { file, args: [argv0 ?? file, ...args] };
}

function environmentOf({ env = process.env, serialization = 'json' }: PortableOptions, channel: number): string[] {
  const pairs: string[] = [];
  // Inherited properties count, as in Node.
  for (const name in env) if (env[name] !== undefined) pairs.push(`${name}=${env[name]}`);
  const coverage = process.env['NODE_V8_COVERAGE'];
  if (coverage !== undefined && !('NODE_V8_COVERAGE' in env)) pairs.push(`NODE_V8_COVERAGE=${coverage}`);
  if (channel >= 0) pairs.push(`NODE_CHANNEL_FD=${channel}`, `NODE_CHANNEL_SERIALIZATION_MODE=${serialization}`);
  return pairs;
}

function pathOf(cwd: string | URL): string {
  return typeof cwd === 'string' ? cwd : fileURLToPath(cwd);
}

function requireNumber(name: string, value: unknown): void {
  if (value !== undefined && !Number.isInteger(value)) throw argumentError(name, 'an integer', value);
}

function requireNoNul(text: string): void {
  if (!text.includes('\0')) return;
  const error = new TypeError(`The argument must be a string without null bytes. Received ${JSON.stringify(text.slice(0, 80))}`);
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

function argumentError(name: string, expected: string, value: unknown): TypeError {
  const error = new TypeError(`The "${name}" argument must be ${expected}. Received ${typeof value} ${String(value)}`);
  return Object.assign(error, { code: typeof value === 'string' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE' });
}
