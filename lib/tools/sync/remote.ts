// From `sync.remote` to the target that it names. Throws ToolFailure with exit code 78 for one that cannot be.

import { fileURLToPath } from 'node:url';

import type { SyncConfig } from '../config/config.js';
import { EXIT, ToolFailure } from '../failure.js';
import { authorization, s3Credentials, tokenOf } from './credentials.js';
import { DirectoryTarget } from './directory-target.js';
import { FLAVORS, type Flavor } from './flavors.js';
import { HttpTarget, type HttpPlace } from './http-target.js';
import { signedHeaders } from './s3-signature.js';
import type { Target } from './target.js';

export function openTarget(settings: SyncConfig & { readonly remote: string }): Target {
  const remote = parsed(settings.remote);
  switch (remote.protocol) {
    case 'file:':
      return new DirectoryTarget(directoryOf(remote), settings);
    case 's3:':
      return new HttpTarget(s3Place(s3Base(remote, settings), { ...settings, flavor: 's3' }), settings);
    case 'http:':
    case 'https:':
      return new HttpTarget(settings.flavor === 's3' ? s3Place(remote, settings) : httpPlace(remote, settings), settings);
    default:
      throw wrong(`expected https://, s3:// or file://, got ${remote.protocol}//`);
  }
}

function wrong(problem: string, key = 'sync.remote'): ToolFailure {
  return new ToolFailure(EXIT.badConfiguration, `${key}: ${problem}`);
}

/** What is wrong with it may be a password, so that it is not repeated. */
function parsed(text: string): URL {
  if (!URL.canParse(text)) throw wrong('expected a URL such as https://host/path, s3://bucket/prefix or file:///directory');
  const remote = new URL(text);
  if (remote.username === '' && remote.password === '') return remote;
  throw wrong('a password in a URL is seen by everybody; name it by sync.username, and sync.tokenEnv or sync.tokenFile');
}

function directoryOf(remote: URL): string {
  try {
    return fileURLToPath(remote);
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function httpPlace(remote: URL, settings: SyncConfig): HttpPlace {
  const header = authorization(settings);
  const token = tokenOf(settings);
  const secrets = token === undefined || header === undefined ? [] : [header.replace(/^\w+ /, ''), token];
  return {
    ...placeOf(remote, settings),
    secrets,
    authorized: ({ headers }) => (header === undefined ? headers : { ...headers, authorization: header }),
  };
}

function s3Place(base: URL, settings: SyncConfig): HttpPlace {
  const credentials = s3Credentials(settings);
  if (credentials === undefined) {
    const ways = 'sync.username with a token, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    throw wrong(`an S3-compatible store wants ${ways}`, 'sync.username');
  }
  return {
    ...placeOf(base, settings),
    secrets: [credentials.secretAccessKey, credentials.sessionToken ?? ''],
    authorized: (request) => signedHeaders(request, credentials),
  };
}

/** `s3://bucket/prefix`: a host of its own at Amazon's, a path at an endpoint. */
function s3Base(remote: URL, settings: SyncConfig): URL {
  const { hostname: bucket, pathname } = remote;
  const region = s3Credentials(settings)?.region ?? 'us-east-1';
  const { endpoint } = settings;
  if (endpoint === null) return new URL(`https://${bucket}.s3.${region}.amazonaws.com${pathname}`);
  if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint)) throw wrong('expected a URL such as https://host', 'sync.endpoint');
  return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}${pathname}`);
}

function placeOf(base: URL, settings: SyncConfig): Pick<HttpPlace, 'name' | 'flavor' | 'urlOf'> {
  const flavor: Flavor = FLAVORS[settings.flavor];
  const template = settings.urlTemplate ?? flavor.urlTemplate;
  if (!template.includes('{id}')) throw wrong('expected a template with {id}', 'sync.urlTemplate');
  const start = `${base.origin}${base.pathname}`.replace(/\/+$/, '');
  const filled = (id: string): string => template.replace('{base}', () => start).replace('{id}', id);
  const urlOf = (id: string): URL => {
    const url = new URL(filled(id));
    if (url.search === '') url.search = base.search;
    return url;
  };
  if (!URL.canParse(filled('c'))) throw wrong('expected a template such as {base}/{id}', 'sync.urlTemplate');
  requireTls(new URL(filled('c')), settings.allowHttp);
  return { name: `${base.origin}${base.pathname}`, flavor, urlOf };
}

function requireTls({ protocol, hostname }: URL, allowed: readonly string[]): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'https:' || (protocol === 'http:' && allowed.includes(host))) return;
  throw wrong(`expected https://: ${host} is not among the hosts of sync.allowHttp`);
}
