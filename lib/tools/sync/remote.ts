// From `sync.remote` to the target that it names. Throws ToolFailure with exit code 78 for one that cannot be.

import { fileURLToPath } from 'node:url';

import type { SyncConfig } from '../config/config.js';
import { noAccess, regionOf, s3Access, tokenAccess } from './credentials.js';
import { DirectoryTarget } from './directory-target.js';
import { FLAVORS } from './http/flavors.js';
import { addressOf, originOf, wrongUrl, type Address, type HttpPlace } from './http/http-place.js';
import { HttpTarget } from './http/http-target.js';
import type { Target } from './target.js';

/** `remote` instead of the one of the configuration gets the token only where it is of the same origin. */
export function openTarget(configured: SyncConfig, remote = configured.remote): Target {
  const url = parsed(remote ?? '');
  if (url.protocol === 'file:') return new DirectoryTarget(directoryOf(url), configured);
  return new HttpTarget(placeOf(url, configured, remote === configured.remote), configured);
}

/** What is wrong with it may be a password, so that it is not repeated. */
function parsed(text: string): URL {
  if (!URL.canParse(text)) throw wrongUrl('expected a URL such as https://host/path, s3://bucket/prefix or file:///directory');
  const remote = new URL(text);
  if (remote.username === '' && remote.password === '') return remote;
  throw wrongUrl('a password in a URL is seen by everybody; name it by sync.username, and sync.tokenEnv, sync.tokenFile or sync.tokenCommand');
}

function directoryOf(remote: URL): string {
  try {
    return fileURLToPath(remote);
  } catch (error) {
    throw wrongUrl((error as Error).message);
  }
}

function placeOf(url: URL, settings: SyncConfig, isConfigured: boolean): HttpPlace {
  const address = addressAt(url, settings);
  const origin = originOf(address);
  const trusted = isConfigured ? origin : trustedOrigin(settings);
  if (trusted !== origin) return { ...address, access: noAccess(trusted) };
  return { ...address, access: address.flavor === FLAVORS.s3 ? s3Access(settings) : tokenAccess(settings) };
}

/** Undefined where nothing is configured that a token could be for. */
function trustedOrigin(settings: SyncConfig): string | undefined {
  const url = settings.remote === null ? undefined : parsed(settings.remote);
  return url === undefined || url.protocol === 'file:' ? undefined : originOf(addressAt(url, settings));
}

function addressAt(url: URL, settings: SyncConfig): Address {
  switch (url.protocol) {
    case 's3:': {
      const bucket = bucketOf(url.host, settings);
      return addressOf(new URL(`${bucket.href.replace(/\/$/, '')}${url.pathname}`), bucket, { ...settings, flavor: 's3' });
    }
    case 'http:':
    case 'https:':
      return addressOf(url, settings.flavor === 's3' ? new URL(`/${url.pathname.split('/')[1] ?? ''}`, url) : url, settings);
    default:
      throw wrongUrl(`expected https://, s3:// or file://, got ${url.protocol}//`);
  }
}

const BUCKET = '{bucket}';

/**
 * The bucket is a part of the host name at Amazon's, unless it has a dot, for which no certificate is valid
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html); a part of the path at an endpoint, unless that
 * says where in its host name the bucket goes.
 */
function bucketOf(name: string, settings: SyncConfig): URL {
  const amazon = `https://${name.includes('.') ? '' : `${BUCKET}.`}s3.${regionOf(settings)}.amazonaws.com`;
  const endpoint = (settings.endpoint ?? amazon).replace(/\/+$/, '');
  const url = endpoint.includes(BUCKET) ? endpoint.replace(BUCKET, name) : `${endpoint}/${name}`;
  if (/^https?:/.test(endpoint) && URL.canParse(url)) return new URL(url);
  throw wrongUrl('expected a URL such as https://host or https://{bucket}.host', 'sync.endpoint');
}
