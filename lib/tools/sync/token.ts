// Where the token of the remote comes from: the environment, a file that only this user can read, or a command that
// asks a keychain. The first one that is configured and has one counts.

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { parse } from 'node:path';

import { runChild, type ToolChildResult } from '../child.js';
import { absolutePath, type SyncConfig } from '../config/config.js';
import { EXIT, ToolFailure } from '../failure.js';
import { msLeft, type Attempt } from './target.js';

/** For a keychain to answer; one that asks somebody for a password is given up then. */
const KEYCHAIN_MS = 5000;
const LARGEST_TOKEN = 64 * 1024;

type Sources = Pick<SyncConfig, 'tokenEnv' | 'tokenFile' | 'tokenCommand'>;

/** Undefined when none is configured. Rejects with ToolFailure, exit code 78, and without the token. */
export async function tokenOf(sources: Sources, attempt: Attempt, env = process.env): Promise<string | undefined> {
  const { tokenEnv, tokenFile, tokenCommand } = sources;
  const named = tokenEnv === null ? undefined : env[tokenEnv];
  if (named !== undefined && named !== '') return checked(named, `the environment variable ${String(tokenEnv)}`);
  if (tokenFile !== null) return tokenIn(absolutePath(tokenFile, 'sync.tokenFile'));
  return tokenCommand === null ? undefined : tokenFrom(tokenCommand, attempt);
}

function tokenIn(path: string): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO would wait for a writer
    try {
      requirePrivate(file, path);
      return checked(readFileSync(file, 'utf8').trim(), path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw wrong(`sync.tokenFile cannot be read: ${(error as Error).message}`, error);
  }
}

function requirePrivate(file: number, path: string): void {
  const found = fstatSync(file);
  if (!found.isFile()) throw wrong(`sync.tokenFile: ${path} is no file`);
  if (process.getuid === undefined) return; // Windows: the profile of a user is readable by that user alone
  const isOwn = found.uid === process.getuid() || found.uid === 0;
  if (isOwn && (found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  const problem = `expected a file of mode 0600 of user ${process.getuid()}, got ${mode} of user ${found.uid}`;
  throw wrong(`sync.tokenFile: ${path}: ${problem}; correct it with chmod 0600`);
}

/** A contained child without a shell. What it prints is the token, and is never repeated. */
async function tokenFrom([file = '', ...args]: readonly string[], attempt: Attempt): Promise<string> {
  const timeoutMs = Math.max(1, Math.min(KEYCHAIN_MS, Math.floor(msLeft(attempt))));
  const cwd = parse(process.execPath).root; // Windows looks for programs where it is, too
  const { signal } = attempt;
  const call = { file, args, timeoutMs, cwd, maxOutput: LARGEST_TOKEN, signal };
  const ended = await runChild(call).catch((error: unknown) => {
    signal.throwIfAborted();
    throw wrong(`sync.tokenCommand cannot be run: ${(error as Error).message}`, error);
  });
  const problem = problemOf(ended, timeoutMs);
  if (problem !== undefined) throw wrong(`sync.tokenCommand: ${file} ${problem}`);
  return checked(ended.stdout.toString('utf8').trim(), `sync.tokenCommand: ${file}`);
}

function problemOf({ code, signal, stderr, timedOut, truncated }: ToolChildResult, ms: number): string | undefined {
  if (timedOut) return `did not answer within ${ms} ms`;
  if (truncated) return `printed more than ${LARGEST_TOKEN} bytes`;
  if (code === 0) return undefined;
  const [said = ''] = stderr.toString('utf8').trim().split('\n');
  return `ended with ${signal ?? `exit code ${String(code)}`}${said === '' ? '' : `: ${said}`}`;
}

/** A line end in it would begin another header. */
function checked(token: string, where: string): string {
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw wrong(`${where}: expected a token of printable ASCII on one line`);
}

function wrong(problem: string, cause?: unknown): ToolFailure {
  return new ToolFailure(EXIT.badConfiguration, problem, cause);
}
