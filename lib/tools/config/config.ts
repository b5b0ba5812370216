// The configuration of the tools: `config.json`, checked against config.schema.json, from which the defaults come too,
// and the environment, which counts more (environment.ts).
// A wrong value and an unknown key are errors that name the path and, of a key, the nearest known one.

import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { homeIfAny } from '../directories.js';
import { EXIT, ToolFailure } from '../failure.js';
import { mistakeIn } from './json-mistake.js';
import { readFileIfAny } from '../private-files.js';
import { problemsIn } from './config-problems.js';
import { withEnvironment, type ByEnvironment } from './environment.js';

export interface Config {
  readonly version: 1;
  readonly projects: readonly string[];
  readonly activity: {
    readonly windowSeconds: number;
    readonly indicators: readonly string[];
    readonly maxIndicators: number;
    readonly agentSessions: boolean;
  };
  readonly save: {
    readonly minIntervalSeconds: number;
    readonly budgetMs: number;
    readonly childTimeoutMs: number;
    readonly recentCommits: number;
    readonly maxFiles: number;
    readonly prompt: 'hash' | 'text' | 'none';
    readonly lastMessageBytes: number;
    readonly transcriptTailBytes: number;
    readonly redact: boolean;
  };
  readonly schedule: { readonly everySeconds: number };
  readonly daemon: { readonly intervalSeconds: number; readonly owner: 'auto' | 'parent' | 'login'; readonly autostart: boolean };
  readonly sync: SyncConfig;
  readonly hooks: {
    readonly budgetMs: number;
    readonly syncBudgetMs: number;
    readonly recall: boolean;
    readonly recallMaxChars: number;
  };
}

export interface SyncConfig {
  /** Null: nothing leaves this machine. */
  readonly remote: string | null;
  readonly flavor: 'generic' | 'couchdb' | 'opensearch' | 'webdav' | 's3';
  /** Null is what the flavor wants. */
  readonly urlTemplate: string | null;
  readonly tokenEnv: string | null;
  readonly tokenFile: string | null;
  /** Program and words. */
  readonly tokenCommand: readonly string[] | null;
  readonly username: string | null;
  readonly region: string | null;
  readonly endpoint: string | null;
  readonly conditional: boolean;
  readonly verify: boolean;
  readonly budgetMs: number;
  readonly requestTimeoutMs: number;
  readonly concurrency: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number };
  readonly keepSentDays: number;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Where it was read, or would have been. */
  readonly path: string;
  /** What the user has set. Undefined: there is no such file. */
  readonly written: Readonly<Record<string, unknown>> | undefined;
  readonly byEnvironment: ByEnvironment;
}

/** Where the configuration of that directory stands, or would. */
export function configPath(directory: string): string {
  return join(directory, 'config.json');
}

/**
 * Reads `config.json` of a directory, or the file that was named, which has to be there then, and the environment.
 * Throws ToolFailure with exit code 78.
 */
export function loadConfig(directory: string, file?: string, env: NodeJS.ProcessEnv = process.env): LoadedConfig {
  const path = file ?? configPath(directory);
  const text = textOf(path, file !== undefined);
  const written = text === undefined ? undefined : parsed(text, path);
  const inFile = checkConfig(text === undefined ? {} : structuredClone(written), path);
  const settled = withEnvironment(inFile, env, inFile.sync.tokenEnv);
  return { path, written: written as LoadedConfig['written'], ...settled }; // an object, or the check has thrown
}

/** Fills in the defaults, in place, of what a user has written. Throws ToolFailure with exit code 78. */
export function checkConfig(value: unknown, path: string): Config {
  const problems = problemsIn(value);
  if (problems.length === 0) return value as Config;
  throw new ToolFailure(EXIT.badConfiguration, problems.map((problem) => `${path}: ${problem}`).join('\n'));
}

/** `~` is the home of the user. Throws on a relative path: a scheduler starts the tools anywhere. */
export function absolutePath(path: string, key: string): string {
  const home = path === '~' || /^~[/\\]/.test(path) ? homeIfAny() : undefined;
  const expanded = home === undefined ? path : join(home, path.slice(1));
  if (isAbsolute(expanded)) return expanded;
  throw new ToolFailure(EXIT.badConfiguration, `${key}: expected an absolute path or one below ~, got '${path}'`);
}

function textOf(path: string, isRequired: boolean): string | undefined {
  try {
    const text = isRequired ? readFileSync(path, 'utf8') : readFileIfAny(path);
    if (text !== undefined) requireOwn(path);
    return text;
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw new ToolFailure(EXIT.badConfiguration, `the configuration cannot be read: ${(error as Error).message}`, error);
  }
}

/** Whoever may write the configuration chooses where everything is sent. */
function requireOwn(path: string): void {
  const { uid, mode } = statSync(path);
  if (process.getuid === undefined || ((uid === process.getuid() || uid === 0) && (mode & 0o022) === 0)) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  const problem = `expected a file that only user ${process.getuid()} may write, got mode ${shown} of user ${uid}`;
  throw new ToolFailure(EXIT.badConfiguration, `${path}: ${problem}; correct it with: chmod go-w '${path}', or chown`);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolFailure(EXIT.badConfiguration, `${path}: expected JSON: ${mistakeIn(text)}`, error);
  }
}
