// Reads the arguments of child_process.spawn() by its documentation alone: which program they name, with which
// arguments, environment and stdio. For the portable path, where Node's own reading cannot be used.

import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { isOptions } from '../../options.js';
import type { Program } from '../../tree/launch-request.js';
import type { WithContainment } from '../contained-child.js';
import { spawn } from '../node-spawns.js';
import { ownProperties } from '../own-properties.js';

export type PortableOptions = SpawnOptions & WithContainment;
type StdioForm = Exclude<NonNullable<SpawnOptions['stdio']>, string>[number];

export interface PortableProgram {
  readonly program: Program;
  readonly stdio: StdioForm[];
  readonly options: PortableOptions;
}

export function readSpawnArguments(values: readonly unknown[]): PortableProgram {
  const [file, given] = values;
  refuseAsNode(() => probeSpawn(values));
  const args = Array.isArray(given) ? (given as unknown[]).map(String) : [];
  const options = ownProperties((values.slice(1).find(isOptions) ?? {}) as PortableOptions);
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
 * Throws what Node throws for arguments that it refuses. The call asks for two channels, which Node refuses after
 * everything else has been checked, so it starts nothing; a runtime that is not so strict starts a harmless program.
 */
export function refuseAsNode(call: () => ChildProcess): void {
  try {
    call().on('error', () => undefined);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_IPC_ONE_PIPE')) throw error;
  }
}

/** The same call of child_process.spawn() with two channels, and of a harmless program where the arguments are fine. */
function probeSpawn([file, second, third]: readonly unknown[]): ChildProcess {
  const isFine = (word: unknown): boolean => typeof word === 'string' && !word.includes('\0');
  const harmless = isFine(file) && file !== '' ? process.execPath : file;
  const args = (second ?? []) as unknown[];
  const words = !isArguments(second) ? [] : args.every(isFine) ? [['--version']] : [args];
  const options = withTwoChannels(isArguments(second) ? third : second);
  return Reflect.apply(spawn, undefined, [harmless, ...words, options]) as ChildProcess;
}

/** Whether Node takes the second argument of spawn() and fork() for the arguments, or else for the options. */
export function isArguments(second: unknown): boolean {
  return Array.isArray(second) || second === undefined || second === null;
}

/** What is no object, and a form of stdio that does not exist, stay for Node to refuse. */
export function withTwoChannels(options: unknown): object {
  if (options !== undefined && !isOptions(options)) return options as object;
  const given = (options ?? {}) as PortableOptions;
  const isUnknown = typeof given.stdio === 'string' && !SHORTHANDS.includes(given.stdio);
  return { ...given, stdio: isUnknown ? given.stdio : ['ipc', 'ipc'] };
}

const SHORTHANDS: readonly string[] = ['pipe', 'ignore', 'inherit', 'overlapped'];
