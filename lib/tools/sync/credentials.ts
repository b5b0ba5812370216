// Who asks: what a remote wants to know before it takes anything. A secret is looked up when the first request needs
// it, goes to the origin of the configured remote only, and is never printed, logged or part of an error.

import type { Credentials as AwsCredentials } from 'aws4';

import type { SyncConfig } from '../config/config.js';
import { EXIT, ToolFailure } from '../failure.js';
import { tokenOf } from './token.js';
import type { Attempt, Unsigned } from './target.js';

export interface Access {
  /** The headers of a request with those that prove who asks. Rejects with ToolFailure, exit code 78. */
  authorized(request: Unsigned, attempt: Attempt): Promise<Readonly<Record<string, string>>>;
  /** What must not be repeated should the remote do so. */
  readonly secrets: readonly string[];
  /** What a remote that refuses whoever asks may be missing. */
  readonly hint: string;
}

/** For a remote that is not the configured one; `origin` is that of the configured one, if there is any. */
export function noAccess(origin: string | undefined): Access {
  return {
    authorized: async ({ headers }) => Promise.resolve(headers),
    secrets: [],
    hint: ` (the token is for ${origin ?? 'the remote of the configuration, and there is none'})`,
  };
}

/** A bearer token, or with a user name Basic (RFC 6750, RFC 7617); neither where no token is configured. */
export function tokenAccess(settings: SyncConfig): Access {
  const secrets: string[] = [];
  let header: Promise<string | undefined> | undefined;
  const find = async (attempt: Attempt): Promise<string | undefined> => {
    const token = await tokenOf(settings, attempt);
    if (token === undefined) return undefined;
    const { username } = settings;
    const proof = username === null ? token : Buffer.from(`${username}:${token}`).toString('base64');
    secrets.push(proof, token);
    return `${username === null ? 'Bearer' : 'Basic'} ${proof}`;
  };
  return {
    secrets,
    hint: '',
    authorized: async ({ headers }, attempt) => {
      const authorization = await (header ??= find(attempt));
      return authorization === undefined ? headers : { ...headers, authorization };
    },
  };
}

/** A signature of each request (AWS Signature Version 4). */
export function s3Access(settings: SyncConfig): Access {
  const secrets: string[] = [];
  let known: Promise<AwsCredentials> | undefined;
  const find = async (attempt: Attempt): Promise<AwsCredentials> => {
    const found = await s3Credentials(settings, attempt);
    secrets.push(...[found.secretAccessKey ?? [], found.sessionToken ?? []].flat());
    return found;
  };
  return {
    secrets,
    hint: '',
    authorized: async (request, attempt) => signed(request, await (known ??= find(attempt)), regionOf(settings)),
  };
}

export function regionOf({ region }: SyncConfig, env: NodeJS.ProcessEnv = process.env): string {
  return region ?? env['AWS_REGION'] ?? 'us-east-1';
}

/** Of the configuration, else those that every program for S3 reads. */
async function s3Credentials(settings: SyncConfig, attempt: Attempt, env = process.env): Promise<AwsCredentials> {
  const { username } = settings;
  const secret = username === null ? undefined : await tokenOf(settings, attempt, env);
  if (username !== null && secret !== undefined) return { accessKeyId: username, secretAccessKey: secret };
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const ways = 'sync.username with a token, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    throw new ToolFailure(EXIT.badConfiguration, `sync.username: an S3-compatible store wants ${ways}`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

async function signed(
  { method, url, body, headers }: Unsigned,
  credentials: AwsCredentials,
  region: string,
): Promise<Record<string, string>> {
  const { default: aws4 } = await import('aws4');
  const path = url.pathname + url.search;
  const request = { service: 's3', region, method, host: url.host, path, headers, ...(body !== undefined && { body }) };
  return aws4.sign(request, credentials).headers as Record<string, string>;
}
