// What a remote wants to know before it takes anything. Secrets come from the environment or from a file that only this
// user can read; they are never printed, logged or part of an error.

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

import { absolutePath, type SyncConfig } from '../config/config.js';
import { EXIT, ToolFailure } from '../failure.js';
import type { S3Credentials } from './s3-signature.js';

/** Undefined when none is configured. The environment goes first. */
export function tokenOf({ tokenEnv, tokenFile }: SyncConfig, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = tokenEnv === null ? undefined : env[tokenEnv];
  if (named !== undefined && named !== '') return checked(named, `the environment variable ${String(tokenEnv)}`);
  return tokenFile === null ? undefined : tokenIn(absolutePath(tokenFile, 'sync.tokenFile'));
}

/** The header that proves who asks; undefined without a token. */
export function authorization(settings: SyncConfig, token = tokenOf(settings)): string | undefined {
  if (token === undefined) return undefined;
  const { username } = settings;
  if (username === null) return `Bearer ${token}`;
  return `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`;
}

/** Of the configuration, else those that every program for S3 reads. */
export function s3Credentials(settings: SyncConfig, env: NodeJS.ProcessEnv = process.env): S3Credentials | undefined {
  const region = settings.region ?? env['AWS_REGION'] ?? 'us-east-1';
  const token = tokenOf(settings, env);
  if (settings.username !== null && token !== undefined) {
    return { accessKeyId: settings.username, secretAccessKey: token, region };
  }
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, region, ...(sessionToken !== undefined && { sessionToken }) };
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
    throw new ToolFailure(EXIT.badConfiguration, `sync.tokenFile cannot be read: ${(error as Error).message}`, error);
  }
}

function requirePrivate(file: number, path: string): void {
  const found = fstatSync(file);
  if (!found.isFile()) throw new ToolFailure(EXIT.badConfiguration, `sync.tokenFile: ${path} is no file`);
  if (process.getuid === undefined) return; // Windows: the profile of a user is readable by that user alone
  const isOwn = found.uid === process.getuid() || found.uid === 0;
  if (isOwn && (found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  const problem = `expected a file of mode 0600 of user ${process.getuid()}, got ${mode} of user ${found.uid}`;
  throw new ToolFailure(EXIT.badConfiguration, `sync.tokenFile: ${path}: ${problem}; correct it with chmod 0600`);
}

/** A line end in it would begin another header. */
function checked(token: string, where: string): string {
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw new ToolFailure(EXIT.badConfiguration, `${where}: expected a token of printable ASCII on one line`);
}
