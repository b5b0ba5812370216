// How each store is asked for the newest context of a project: FLAVORS says which way is whose. What it answers is
// hostile until it is checked; addresses are never taken from it, but made of the ids in it.

import type { ContextRecord } from '../../save/context-record.js';
import { projectKeyOf, type ProjectName } from '../../save/project-key.js';
import type { HttpReply, Question } from './exchange.js';
import type { Search } from './flavors.js';
import type { HttpPlace } from './http-place.js';
import { idIn, newer, newestOf, type Listed } from '../newest.js';
import { parsedOrUndefined } from '../same-context.js';
import type { Found, Trouble } from '../target.js';

export interface Asking {
  readonly place: HttpPlace;
  readonly project: ProjectName;
  /** Any reply, but for those that mean that nobody is there. */
  ask(question: Question): Promise<HttpReply | Trouble>;
  /** What a reply means that is not the one that was wanted. */
  troubleIn(question: Question, reply: HttpReply): Trouble;
}

const OK = 200;
const MULTI_STATUS = 207;
const BAD_REQUEST = 400;
const NOT_FOUND = 404;
const LARGEST_ANSWER = 32 * 1024 * 1024;
const MOST_DOCUMENTS = 10_000;
const MOST_PAGES = 100;
const JSON_BODY = { 'content-type': 'application/json' };

/** Thrown from within a search, and caught by newestIn(). */
class Troubled extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.reason);
    this.trouble = trouble;
  }
}

const SEARCHES: Readonly<Record<Search, (asking: Asking) => Promise<ContextRecord | undefined>>> = {
  mango: viaMango,
  'query dsl': viaQueryDsl,
  'list objects': viaListObjects,
  propfind: viaPropfind,
  none: () => {
    const reason = 'sync.flavor: a generic store has no common way to be asked what it holds; name the flavor, or another store';
    throw new Troubled({ kind: 'misconfigured', reason });
  },
};

export async function newestIn(asking: Asking): Promise<Found> {
  try {
    const record = await SEARCHES[asking.place.flavor.search](asking);
    return { kind: 'found', record };
  } catch (error) {
    if (error instanceof Troubled) return error.trouble;
    throw error;
  }
}

/** Throws for every other reply than those that are wanted. */
async function replyTo(asking: Asking, question: Question, ...wanted: readonly number[]): Promise<HttpReply> {
  const reply = await asking.ask({ mostBytes: LARGEST_ANSWER, ...question });
  if ('kind' in reply) throw new Troubled(reply);
  if (reply.isCut) {
    throw new Troubled({ kind: 'postponed', reason: `${question.method}: the answer is longer than ${LARGEST_ANSWER} bytes` });
  }
  if (wanted.includes(reply.status)) return reply;
  throw new Troubled(asking.troubleIn(question, reply));
}

/** docs/team.md says how older ones are forgotten, and how CouchDB has an index. */
function tooMany(count: number): Troubled {
  const reason = `more than ${count} contexts of one project to look through: docs/team.md says what to do`;
  return new Troubled({ kind: 'misconfigured', reason });
}

function below({ place }: Asking, name: string): URL {
  const url = new URL(place.base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${name}`;
  return url;
}

function post(url: URL, body: unknown): Question {
  return { method: 'POST', url, headers: JSON_BODY, body: JSON.stringify(body) };
}

function jsonIn({ method }: Question, { body }: HttpReply): unknown {
  const found = parsedOrUndefined(body);
  if (found !== undefined) return found;
  throw new Troubled({ kind: 'misconfigured', reason: `${method}: expected JSON, got something else: is sync.flavor right?` });
}

type Json = Readonly<Record<string, unknown>>;

function listIn(value: unknown, ...keys: readonly string[]): readonly Json[] {
  const found = keys.reduce<unknown>((part, key) => (part as Json | null | undefined)?.[key], value);
  return Array.isArray(found) ? found.filter((one): one is Json => typeof one === 'object' && one !== null) : [];
}

/** CouchDB (docs.couchdb.org, POST /{db}/_find): sorted where there is an index on `createdAt`. */
async function viaMango(asking: Asking): Promise<ContextRecord | undefined> {
  const { name, repo } = asking.project;
  const url = below(asking, '_find');
  const selector = { createdAt: { $gt: null }, 'project.repo': repo, ...(repo === null && { 'project.name': name }) };
  const sorted = post(url, { selector, sort: [{ createdAt: 'desc' }], limit: 1 });
  const reply = await replyTo(asking, sorted, OK, BAD_REQUEST, NOT_FOUND);
  if (reply.status === OK) return newestAmong(asking, listIn(jsonIn(sorted, reply), 'docs'));
  if (reply.status === NOT_FOUND) throw new Troubled(asking.troubleIn(sorted, reply));
  return withoutIndex(asking, post(url, { selector, fields: ['_id', 'createdAt'], limit: MOST_DOCUMENTS }));
}

/** Every document is looked at by the store, and the newest one is read. */
async function withoutIndex(asking: Asking, question: Question): Promise<ContextRecord | undefined> {
  const reply = await replyTo(asking, question, OK);
  const found = listIn(jsonIn(question, reply), 'docs').map(({ _id, createdAt }) => ({ id: String(_id), modifiedMs: Date.parse(String(createdAt)) }));
  if (found.length >= MOST_DOCUMENTS) throw tooMany(MOST_DOCUMENTS);
  return newestListed(asking, found);
}

/** OpenSearch (docs.opensearch.org, Search API). A field of text has its words in `.keyword` unless a mapping says. */
async function viaQueryDsl(asking: Asking): Promise<ContextRecord | undefined> {
  const { name, repo } = asking.project;
  const [field, value] = repo === null ? ['project.name', name] : ['project.repo', repo];
  const should = [field, `${field}.keyword`].map((one) => ({ term: { [one]: value } }));
  const none = repo === null ? { must_not: { exists: { field: 'project.repo' } } } : {};
  const query = { bool: { filter: { bool: { should, minimum_should_match: 1 } }, ...none } };
  const sort = [{ createdAt: { order: 'desc', unmapped_type: 'date' } }];
  const question = post(below(asking, '_search'), { size: 10, query, sort });
  const reply = await replyTo(asking, question, OK);
  return newestAmong(asking, listIn(jsonIn(question, reply), 'hits', 'hits').map(({ _source }) => _source));
}

/** S3 (docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html): sorted by name, a page at a time. */
async function viaListObjects(asking: Asking): Promise<ContextRecord | undefined> {
  const { place } = asking;
  const folder = folderOf(asking).pathname.slice(place.container.pathname.replace(/\/$/, '').length + 1);
  const listed: Listed[] = [];
  let token: string | undefined;
  for (let page = 0; page === 0 || token !== undefined; page += 1) {
    if (page === MOST_PAGES) throw tooMany(page * 1000);
    const url = new URL(place.container);
    url.search = String(new URLSearchParams({ 'list-type': '2', prefix: decodeURIComponent(folder), ...(token !== undefined && { 'continuation-token': token }) }));
    const { body } = await replyTo(asking, { method: 'GET', url }, OK);
    listed.push(...listedIn(body, 'Contents', 'Key', 'LastModified'));
    token = textIn(body, 'NextContinuationToken');
  }
  return newestListed(asking, listed);
}

const PROPFIND = '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getlastmodified/></prop></propfind>';

/** WebDAV (RFC 4918, 9.1). */
async function viaPropfind(asking: Asking): Promise<ContextRecord | undefined> {
  const headers = { depth: '1', 'content-type': 'application/xml' };
  const question = { method: 'PROPFIND', url: folderOf(asking), headers, body: PROPFIND };
  const { status, body } = await replyTo(asking, question, MULTI_STATUS, NOT_FOUND);
  return status === NOT_FOUND ? undefined : newestListed(asking, listedIn(body, 'response', 'href', 'getlastmodified'));
}

/** Where the contexts of the project are, with a slash at its end. */
function folderOf({ place, project }: Asking): URL {
  const url = new URL('.', place.urlOf({ id: 'c', project: projectKeyOf(project) }));
  url.search = place.base.search;
  return url;
}

/** In time that grows with the text and no faster, whatever it is. */
function listedIn(xml: string, entry: string, name: string, time: string): Listed[] {
  const entries = xml.split(new RegExp(`<(?:\\w+:)?${entry}[\\s>]`)).slice(1);
  return entries.flatMap((text) => {
    const id = idIn(textIn(text, name)?.split('/').at(-1) ?? '');
    const modifiedMs = Date.parse(textIn(text, time) ?? '');
    return id === undefined || Number.isNaN(modifiedMs) ? [] : [{ id, modifiedMs }];
  });
}

function textIn(xml: string, element: string): string | undefined {
  const [, text] = new RegExp(`<(?:\\w+:)?${element}(?:\\s[^<>]*)?>([^<]*)<`).exec(xml) ?? [];
  return text?.replace(/&amp;/g, '&').trim();
}

function newestAmong({ project }: Asking, values: readonly unknown[]): ContextRecord | undefined {
  return values.reduce<ContextRecord | undefined>((newest, value) => newer(value, project, newest), undefined);
}

async function newestListed(asking: Asking, listed: readonly Listed[]): Promise<ContextRecord | undefined> {
  const { place, project } = asking;
  return newestOf(listed, project, async (id) => {
    if (idIn(id) === undefined) return undefined;
    const question = { method: 'GET', url: place.urlOf({ id, project: projectKeyOf(project) }) };
    const { status, body } = await replyTo(asking, question, OK, NOT_FOUND);
    return status === OK ? parsedOrUndefined(body) : undefined;
  });
}
