// How the stores differ that take `PUT` by id: one row a flavor. A reply that has no row of its own means what REPLIES
// says. docs/sync.md#flavors shows this table.

import type { SyncConfig } from '../../config/config.js';

export type Meaning =
  /** It has the item, it says. */
  | 'taken'
  /** It has something by this id, or will have: look what. */
  | 'prove'
  /** The collection for it may be missing: make it, once. */
  | 'make collection'
  /** It knows no `If-None-Match`: again without, and so from then on. */
  | 'without condition'
  /** It does not want this item. */
  | 'refused'
  /** This item another time. */
  | 'later'
  /** The one that answers is not the store, which is away. */
  | 'unreachable'
  | 'pause'
  /** No item has a chance. */
  | 'misconfigured';

/** What every flavor makes of a status; other ones of 500 and above are `later`, the rest `misconfigured`. */
export const REPLIES: Readonly<Record<number, Meaning>> = {
  200: 'taken',
  201: 'taken',
  202: 'taken',
  204: 'taken',
  400: 'refused',
  408: 'later',
  409: 'prove',
  412: 'prove',
  413: 'refused',
  422: 'refused',
  425: 'later',
  429: 'pause',
  502: 'unreachable',
  503: 'unreachable',
  504: 'unreachable',
};

/** How the newest context of a project is found (queries.ts). */
export type Search = 'mango' | 'query dsl' | 'list objects' | 'propfind' | 'none';

export interface Flavor {
  /** Where an item goes unless the configuration says. */
  readonly urlTemplate: string;
  /** What of that becomes what to read it back. */
  readonly readBack?: readonly [from: string, to: string];
  /** The key of the reply that holds the item when it is read back. */
  readonly within?: string;
  /** Whether the digest that is sent along is checked and returned (acknowledgement.ts). */
  readonly checksum?: true;
  /**
   * Its replies never tell what it has taken, and what it takes it keeps as it is (RFC 9110, 9.3.4): once a run has
   * read an item back, and so knows that this is such a store, it believes the others.
   */
  readonly isTerse?: true;
  readonly search: Search;
  readonly replies: Readonly<Record<number, Meaning>>;
}

export const FLAVORS: Readonly<Record<SyncConfig['flavor'], Flavor>> = {
  generic: { urlTemplate: '{base}/{id}', search: 'none', replies: {} },
  couchdb: {
    urlTemplate: '{base}/{id}',
    search: 'mango',
    replies: { 202: 'prove' }, // fewer nodes have it than should (docs.couchdb.org, PUT /{db}/{docid})
  },
  opensearch: {
    urlTemplate: '{base}/_create/{id}',
    readBack: ['/_create/', '/_doc/'],
    within: '_source',
    search: 'query dsl',
    replies: { 202: 'prove' },
  },
  webdav: {
    urlTemplate: '{base}/{project}/{id}.json',
    isTerse: true,
    search: 'propfind',
    // 409: RFC 4918, 9.7.1. 500: nginx, docs/gotchas.md#nginx-answers-500-where-a-collection-is-missing
    replies: { 202: 'prove', 409: 'make collection', 500: 'make collection' },
  },
  s3: {
    urlTemplate: '{base}/{project}/{id}.json',
    checksum: true,
    search: 'list objects',
    // 304: what old releases of MinIO answer to If-None-Match. 400: an expired token or a wrong region, too. 409: two
    // writers at once, ConditionalRequestConflict. 501: OpenStack Swift.
    replies: { 202: 'prove', 304: 'prove', 400: 'misconfigured', 409: 'later', 501: 'without condition' },
  },
};

const FIRST_SERVER_ERROR = 500;

export function meaningOf(status: number, flavor: Flavor): Meaning {
  return flavor.replies[status] ?? REPLIES[status] ?? (status >= FIRST_SERVER_ERROR ? 'later' : 'misconfigured');
}
