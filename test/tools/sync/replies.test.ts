// What becomes of an item for each way in which a remote can answer.

import { expect } from 'chai';
import { createHash } from 'node:crypto';

import { sync } from '#lib/tools/sync/sync.js';
import type { SyncConfig } from '#lib/tools/config/config.js';
import { canonicalJson } from '#lib/tools/save/context-record.js';

import { useScene } from '../../support/scene.js';
import {
  breaksOff,
  drips,
  hangs,
  hangsInTheMiddle,
  resets,
  status,
  talksForEver,
  useFakeRemote,
  type Behaviour,
} from './fake-remote.js';
import { enqueue, logOf, reasonFor, record, shelves, workplaceIn, type Shelves } from './workplace.js';

interface Case {
  readonly title: string;
  readonly replies: readonly Behaviour[];
  readonly settings?: Partial<SyncConfig>;
  readonly shelf: keyof Shelves;
  readonly exitCode: number;
  readonly methods: readonly string[];
  readonly reason?: RegExp;
}

const FAST = { requestTimeoutMs: 300 };
const S3 = { flavor: 's3', username: 'key', tokenEnv: 'PATH' } as const; // a variable that is always set
const SAVED = record('the item');
const same: Behaviour = (response) => void response.writeHead(200).end(`{"_id":"x","_rev":"1-a",${canonicalJson(SAVED).slice(1)}`);
const savedEarlier: Behaviour = (response) =>
  void response.writeHead(200).end(JSON.stringify(record('the item', { createdAt: '2020-01-01T00:00:00.000Z', trigger: 'stop' })));
const other: Behaviour = (response) => void response.writeHead(200).end(canonicalJson(record('another')));
const forged: Behaviour = (response) => void response.writeHead(200).end(canonicalJson({ ...record('another'), id: SAVED.id, sha256: SAVED.sha256 }));
const digestOf = (algorithm: string, body: string, encoding: 'hex' | 'base64' = 'hex'): string => createHash(algorithm).update(body).digest(encoding);
const proves = (changed: object): Behaviour => (response, { body }) =>
  void response.writeHead(201).end(JSON.stringify({ id: SAVED.id, sha256: digestOf('sha256', body), ...changed }));
const etag = (algorithm: string): Behaviour => (response, { body }) => void response.writeHead(200, { etag: `"${digestOf(algorithm, body)}"` }).end();
const checksum = (algorithm: string): Behaviour => (response, { body }) =>
  void response.writeHead(200, { 'x-amz-checksum-sha256': digestOf(algorithm, body, 'base64') }).end();
const DIFFERS = /the remote holds something else by this id/;

const CASES: readonly Case[] = [
  ...[200, 201, 202, 204].map((code) => ({ title: `${code}, and it is there`, replies: [status(code), same], shelf: 'sent' as const, exitCode: 0, methods: ['PUT', 'GET'] })),
  { title: '201, and another is there', replies: [status(201), other], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '201, and it is not there', replies: [status(201), status(404)], shelf: 'outbox', exitCode: 75, methods: ['PUT', 'GET'] },
  { title: '200 and a page to everything', replies: [status(200, {}, '<html>'), status(200, {}, '<html>')], shelf: 'outbox', exitCode: 78, methods: ['PUT', 'GET'] },
  { title: '201 with its id and digest', replies: [proves({})], shelf: 'sent', exitCode: 0, methods: ['PUT'] },
  { title: '201 with its id and digest, to be verified', replies: [proves({}), same], settings: { verify: true }, shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '201 with the digest of something else, and another is there', replies: [proves({ sha256: 'f'.repeat(64) }), other], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '201 with another id, and it is not there', replies: [proves({ id: record('another').id }), status(404)], shelf: 'outbox', exitCode: 75, methods: ['PUT', 'GET'] },
  { title: '200 of S3 with the MD5 of the item', replies: [etag('md5')], settings: S3, shelf: 'sent', exitCode: 0, methods: ['PUT'] },
  { title: '200 of S3 with another ETag', replies: [etag('sha1'), same], settings: S3, shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '200 of S3 with its checksum', replies: [checksum('sha256')], settings: S3, shelf: 'sent', exitCode: 0, methods: ['PUT'] },
  { title: '200 of S3 with the checksum of something else, and another is there', replies: [checksum('md5'), other], settings: S3, shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '202 of CouchDB, and there', replies: [status(202), same], settings: { flavor: 'couchdb' }, shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '202 of CouchDB, and not there', replies: [status(202), status(404)], settings: { flavor: 'couchdb' }, shelf: 'outbox', exitCode: 75, methods: ['PUT', 'GET'] },
  { title: '304 of an old MinIO', replies: [status(304), same], settings: S3, shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '409 and the same content', replies: [status(409), same], shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '409 and the same content, saved at another time', replies: [status(409), savedEarlier], shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '409 and another content', replies: [status(409), other], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '409 and another content with our id and digest', replies: [status(409), forged], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '409 and what is no JSON', replies: [status(409), status(200, {}, '<html>')], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '409 and a reply without end', replies: [status(409), talksForEver], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '409 of S3', replies: [status(409)], settings: S3, shelf: 'outbox', exitCode: 75, methods: ['PUT'] },
  { title: '409 of WebDAV', replies: [status(409), status(201), proves({})], settings: { flavor: 'webdav' }, shelf: 'sent', exitCode: 0, methods: ['PUT', 'MKCOL', 'PUT'] },
  { title: '409 of WebDAV, also to what is above it', replies: [status(409), status(409), status(201), status(201), proves({})], settings: { flavor: 'webdav' }, shelf: 'sent', exitCode: 0, methods: ['PUT', 'MKCOL', 'MKCOL', 'MKCOL', 'PUT'] },
  { title: '409 of WebDAV that stays', replies: [status(409), status(405), status(409)], settings: { flavor: 'webdav' }, shelf: 'outbox', exitCode: 78, methods: ['PUT', 'MKCOL', 'PUT'] },
  { title: '409 of WebDAV and 403', replies: [status(409), status(403)], settings: { flavor: 'webdav' }, shelf: 'outbox', exitCode: 78, methods: ['PUT', 'MKCOL'] },
  { title: '500 of nginx with WebDAV', replies: [status(500), status(201), proves({})], settings: { flavor: 'webdav' }, shelf: 'sent', exitCode: 0, methods: ['PUT', 'MKCOL', 'PUT'] },
  { title: '500 of WebDAV that stays', replies: [status(500), status(405), status(500)], settings: { flavor: 'webdav' }, shelf: 'outbox', exitCode: 75, methods: ['PUT', 'MKCOL', 'PUT'] },
  { title: '412 and the same content', replies: [status(412), same], shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
  { title: '412 and another content', replies: [status(412), other], shelf: 'failed', exitCode: 65, methods: ['PUT', 'GET'], reason: DIFFERS },
  { title: '412, and the proof hangs', replies: [status(412), hangs], settings: FAST, shelf: 'outbox', exitCode: 69, methods: ['PUT', 'GET'] },
  ...[400, 413, 422].map((code) => ({ title: String(code), replies: [status(code, {}, 'too bad')], shelf: 'failed' as const, exitCode: 65, methods: ['PUT'], reason: new RegExp(`^PUT: ${code} .*too bad$`) })),
  { title: '501 of S3, which knows no condition', replies: [status(501), etag('md5')], settings: S3, shelf: 'sent', exitCode: 0, methods: ['PUT', 'PUT'] },
  { title: '501 of S3 without a condition, too', replies: [status(501), status(501)], settings: S3, shelf: 'outbox', exitCode: 75, methods: ['PUT', 'PUT'] },
  { title: '400 of S3', replies: [status(400, {}, 'ExpiredToken')], settings: S3, shelf: 'outbox', exitCode: 78, methods: ['PUT'] },
  ...[401, 403, 404, 405, 407, 410, 415].map((code) => ({ title: String(code), replies: [status(code)], shelf: 'outbox' as const, exitCode: 78, methods: ['PUT'] })),
  ...[408, 425, 429, 500, 501, 507].map((code) => ({ title: String(code), replies: [status(code)], shelf: 'outbox' as const, exitCode: 75, methods: ['PUT'] })),
  ...[502, 503, 504].map((code) => ({ title: String(code), replies: [status(code)], shelf: 'outbox' as const, exitCode: 69, methods: ['PUT'] })),
  { title: 'a redirect', replies: [status(302, { location: 'https://elsewhere.example/' })], shelf: 'outbox', exitCode: 78, methods: ['PUT'] },
  { title: 'nothing', replies: [hangs], settings: FAST, shelf: 'outbox', exitCode: 69, methods: ['PUT'] },
  { title: '201 and half of a reply, and nothing more', replies: [hangsInTheMiddle], settings: FAST, shelf: 'outbox', exitCode: 69, methods: ['PUT'] },
  { title: 'a byte now and then', replies: [drips], settings: FAST, shelf: 'outbox', exitCode: 69, methods: ['PUT'] },
  { title: '201 and half of a reply', replies: [breaksOff], shelf: 'outbox', exitCode: 69, methods: ['PUT'] },
  { title: 'a reset', replies: [resets], shelf: 'outbox', exitCode: 69, methods: ['PUT'] },
  { title: '201 and a reply without end, and the item is there', replies: [talksForEver, same], shelf: 'sent', exitCode: 0, methods: ['PUT', 'GET'] },
];

describe('an item, when the remote answers', () => {
  const scene = useScene();
  const remote = useFakeRemote();

  for (const { title, replies, settings = {}, shelf, exitCode, methods, reason } of CASES) {
    it(`${title}: goes to ${shelf}, exit ${exitCode}`, async () => {
      const place = workplaceIn(scene(), { remote: remote().url, ...settings });
      const [id = ''] = enqueue(place, 'the item');
      remote().behaviours.push(...replies);

      const report = await sync(place);

      expect(remote().methods).to.deep.equal(methods);
      expect(report).to.include({ exitCode, sent: shelf === 'sent' ? 1 : 0, left: shelf === 'outbox' ? 1 : 0, failed: shelf === 'failed' ? 1 : 0 });
      expect(shelves(place)).to.deep.equal({ outbox: [], sent: [], failed: [], [shelf]: [id] });
      if (reason !== undefined) expect(reasonFor(place, id)).to.match(reason);
    });
  }

  it('never sends the token where a redirect points to', async () => {
    const place = workplaceIn(scene(), { remote: remote().url, tokenEnv: 'HOLDFAST_TEST_TOKEN' });
    enqueue(place, 'the item');
    remote().behaviours.push(status(307, { location: `${remote().url}/elsewhere` }));

    const report = await withToken('secret-1234', () => sync(place));

    expect(remote().seen.map(({ headers }) => headers.authorization)).to.deep.equal(['Bearer secret-1234']);
    expect(report.reason).to.match(/307 Temporary Redirect: the remote points to .*elsewhere and is not followed/);
  });

  it('leaves out a token that the remote repeats', async () => {
    const place = workplaceIn(scene(), { remote: remote().url, tokenEnv: 'HOLDFAST_TEST_TOKEN', username: 'user' });
    const [id = ''] = enqueue(place, 'the item');
    remote().behaviours.push((response, seen) => {
      response.writeHead(400).end(`${seen.headers.authorization ?? ''} secret-1234`);
    });

    const report = await withToken('secret-1234', () => sync(place));

    const basic = Buffer.from('user:secret-1234').toString('base64');
    expect(remote().seen[0]?.headers.authorization).to.equal(`Basic ${basic}`);
    const everything = JSON.stringify(report) + String(reasonFor(place, id)) + logOf(place);
    expect(everything).to.include('PUT: 400 Bad Request: Basic *** ***');
    expect(everything).not.to.include('secret-1234').and.not.to.include(basic);
  });

  it('is sent with its id as idempotency key, and only where there is nothing yet', async () => {
    const place = workplaceIn(scene(), { remote: `${remote().url}/?pretty`, urlTemplate: '{base}/x/{id}' });
    const [id = ''] = enqueue(place, 'the item');

    await sync(place);

    const [seen] = remote().seen;
    expect(seen?.path).to.equal(`/contexts/x/${id}?pretty`);
    expect(seen?.headers).to.include({ 'idempotency-key': id, 'if-none-match': '*', 'content-type': 'application/json' });
    expect(seen?.body).to.equal(`${canonicalJson(SAVED)}\n`);
  });

  it('OpenSearch is asked by _create and read back by _doc', async () => {
    const place = workplaceIn(scene(), { remote: remote().url, flavor: 'opensearch' });
    const [id = ''] = enqueue(place, 'the item');
    remote().behaviours.push(status(409), status(200, {}, JSON.stringify({ found: true, _source: SAVED })));

    const report = await sync(place);

    expect(remote().seen.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      `PUT /contexts/_create/${id}`,
      `GET /contexts/_doc/${id}`,
    ]);
    expect(report.sent).to.equal(1);
  });
});

async function withToken<T>(token: string, work: () => Promise<T>): Promise<T> {
  process.env['HOLDFAST_TEST_TOKEN'] = token;
  try {
    return await work();
  } finally {
    delete process.env['HOLDFAST_TEST_TOKEN'];
  }
}
