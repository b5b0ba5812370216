// Where a store is that takes `PUT` by id, and how it is spoken to.

import type { SyncConfig } from '../../config/config.js';
import { EXIT, ToolFailure } from '../../failure.js';
import { isLoopback } from './connections.js';
import type { Access } from '../credentials.js';
import { FLAVORS, type Flavor } from './flavors.js';

export interface HttpPlace {
  /** For people and files: without user, password and query. */
  readonly name: string;
  /** Without a slash at its end. */
  readonly base: URL;
  /** What is asked for a list: the bucket of S3, else the base. */
  readonly container: URL;
  readonly flavor: Flavor;
  readonly access: Access;
  urlOf(item: { readonly id: string; readonly project: string }): URL;
}

export type Address = Omit<HttpPlace, 'access'>;

type Settings = Pick<SyncConfig, 'flavor' | 'urlTemplate'>;

/** Where it is, before it is known who asks. Throws ToolFailure, exit code 78. */
export function addressOf(remote: URL, container: URL, settings: Settings): Address {
  const base = new URL(remote);
  base.pathname = base.pathname.replace(/\/+$/, '');
  const flavor = FLAVORS[settings.flavor];
  const template = settings.urlTemplate ?? flavor.urlTemplate;
  if (!template.includes('{id}')) throw wrongUrl('expected a template with {id}', 'sync.urlTemplate');
  const start = `${base.origin}${base.pathname}`.replace(/\/+$/, '');
  const urlOf: HttpPlace['urlOf'] = ({ id, project }) => {
    const url = new URL(template.replace('{base}', () => start).replace('{project}', project).replace('{id}', id));
    if (base.search !== '' && url.search === '') url.search = base.search;
    return url;
  };
  requireTls(base);
  requireTls(tried(urlOf));
  return { name: `${base.origin}${remote.pathname}`, base, container, flavor, urlOf };
}

/** What a token is for. */
export function originOf({ urlOf }: Pick<HttpPlace, 'urlOf'>): string {
  return tried(urlOf).origin;
}

function tried(urlOf: HttpPlace['urlOf']): URL {
  try {
    return urlOf({ id: 'c', project: 'p' });
  } catch {
    throw wrongUrl('expected a template such as {base}/{id}', 'sync.urlTemplate');
  }
}

/** Whoever is between would read what is saved, and the token. */
function requireTls(url: URL): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return;
  throw wrongUrl(`expected https://, got ${url.protocol}//${url.host}: without TLS only this machine is reached (localhost, 127.0.0.1, [::1])`);
}

export function wrongUrl(problem: string, key = 'sync.remote'): ToolFailure {
  return new ToolFailure(EXIT.badConfiguration, `${key}: ${problem}`);
}
