// Reads the arguments of child_process.spawn() by its documentation alone: which program they name, with which
// arguments, environment and stdio. For the portable path, where Node's own reading cannot be used.

import { spawn } from 'node:child_process';
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
  const isOptions = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  const options = (rest.find(isOptions) ?? {}) as PortableOptions;
  letNodeRefuse(file, rest[0], options);
  const stdio = stdioForms(options.stdio);
  const command = commandOf(file as string, args, options);
  const program: Program = {
    ...command,
    env: environmentOf(options, stdio.indexOf('ipc')),
    cwd: options.cwd ? pathOf(options.cwd) : undefined,
    uid: options.uid ?? undefined,
    gid: options.gid ?? undefined,
    detached: options.detached === true,
  };
  return { program, stdio, options };
}

/** Which entry of `stdio` means a stream of the parent's. */
export function stdioForms(stdio: SpawnOptions['stdio']): StdioForm[] {
  const forms: StdioForm[] = typeof stdio === 'string' ? [stdio, stdio, stdio] : [...(stdio ?? [])];
  while (forms.length < 3) forms.push('pipe');
  return forms.map((form, index) => (form === 'inherit' ? index : form));
}

type Command = Pick<Program, 'file' | 'args'>;

function commandOf(file: string, args: readonly string[], { shell, argv0 }: PortableOptions): Command {
  if (shell !== undefined && shell !== false) {
    const interpreter = typeof shell === 'string' ? shell : '/bin/sh';
    return { file: interpreter, args: [argv0 ?? interpreter, '-c', [file, ...args].join(' ')] };
  }
  return { file, args: [argv0 ?? file, ...args] };
}

function environmentOf({ env: given, serialization = 'json' }: PortableOptions, channel: number): string[] {
  const env = given ?? process.env; // null is no environment of its own
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

/**
 * Node's own errors for arguments that it refuses. Two channels are refused after everything else has been checked,
 * so this starts nothing; a runtime that is not so strict gets a harmless program.
 */
function letNodeRefuse(file: unknown, args: unknown, options: PortableOptions): void {
  const harmless = typeof file === 'string' && file !== '' && !file.includes('\0');
  const given: readonly unknown[] = Array.isArray(args) ? args : [];
  const fine = (args ?? options) === options || given.every((arg) => typeof arg === 'string' && !arg.includes('\0'));
  const refusable = !fine || (typeof args !== 'object' && args !== undefined);
  const { stdio } = options;
  const asked = typeof stdio === 'string' && !SHORTHANDS.includes(stdio) ? stdio : (['ipc', 'ipc'] as const);
  try {
    spawn(harmless ? process.execPath : (file as string), refusable ? (args as string[]) : ['--version'], {
      ...options,
      stdio: asked as 'pipe',
    }).on('error', () => undefined);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_IPC_ONE_PIPE')) throw error;
  }
}

const SHORTHANDS: readonly string[] = ['pipe', 'ignore', 'inherit', 'overlapped'];
