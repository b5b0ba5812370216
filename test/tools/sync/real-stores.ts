// Real stores on this machine, each private to a test: nginx with WebDAV, a server that speaks as CouchDB does, one
// that speaks as S3 does. They are reached at free ports, and end with the test.

import aws4 from 'aws4';
import { accessSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';

import type { SyncConfig } from '#lib/tools/config/config.js';

import { eventually } from '../../support/eventually.js';
import { answers, canBeListed, freePort, nginxAt, nginxPath } from '../../support/nginx.js';
import { PROJECT_ROOT } from '../../support/project.js';
import type { Scene, Started } from '../../support/scene.js';
import { THOROUGH } from '../../support/thorough.js';

export interface RealStore {
  readonly settings: Partial<SyncConfig>;
  readonly env: NodeJS.ProcessEnv;
  /** What it holds now: id and text. */
  contents(): Promise<ReadonlyMap<string, string>>;
  /** Replaces what it holds by this id. */
  overwrite(id: string, text: string): Promise<void>;
  /** As docs/team.md says. */
  index?(): Promise<void>;
  stop(): Promise<void>;
}

interface Kind {
  readonly name: string;
  /** Whether it knows `If-None-Match`, or refuses to replace by itself. */
  readonly replaces: boolean;
  /** Whether it tells what it holds. */
  readonly isAsked: () => boolean;
  /** Why it cannot be started here. */
  readonly missing: () => string | undefined;
  readonly start: (scene: Scene) => Promise<RealStore>;
}

export const COUCH: Kind = {
  name: 'a server that speaks as CouchDB does',
  replaces: false,
  isAsked: () => true,
  missing: serversMissing,
  start: startCouch,
};

export const REAL_STORES: readonly Kind[] = [
  { name: 'nginx with WebDAV', replaces: true, isAsked: canBeListed, missing: nginxMissing, start: startWebDav },
  COUCH,
  { name: 'an S3-compatible server', replaces: true, isAsked: () => true, missing: serversMissing, start: startS3 },
  { name: 'the S3 interface of OpenStack Swift', replaces: true, isAsked: () => true, missing: swiftMissing, start: startSwift },
];

function nginxMissing(): string | undefined {
  return nginxPath() === undefined ? 'nginx is not installed' : undefined;
}

export function serversMissing(): string | undefined {
  try {
    accessSync(join(PROJECT_ROOT, 'build', 'test-servers', 'node_modules', '.package-lock.json'));
    return undefined;
  } catch {
    return 'the servers are not installed: npm run test:servers';
  }
}

function swiftMissing(): string | undefined {
  if (!THOROUGH) return 'only in npm run test:thorough';
  return existsSync('/usr/bin/swift-proxy-server') ? undefined : 'OpenStack Swift is not installed';
}

async function startWebDav(scene: Scene): Promise<RealStore> {
  const home = scene.path('nginx');
  const collection = join(home, 'files', 'contexts'); // made by the first MKCOL, with one for each project
  const port = await freePort();
  const server = scene.start(nginxAt(home, port));
  const base = `http://127.0.0.1:${port}/contexts`;
  await answers(base);
  const files = (): string[] =>
    existsSync(collection)
      ? readdirSync(collection, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'))
      : [];
  const pathOf = (id: string): string => join(collection, files().find((path) => basename(path) === `${id}.json`) ?? '');
  return {
    settings: { remote: base, flavor: 'webdav' },
    env: {},
    contents: async () =>
      Promise.resolve(new Map(files().map((path) => [basename(path, '.json'), readFileSync(join(collection, path), 'utf8')]))),
    overwrite: async (id, text) => Promise.resolve(writeFileSync(pathOf(id), text)),
    stop: async () => {
      server.kill('SIGTERM');
      await server.ended();
    },
  };
}

async function startCouch(scene: Scene): Promise<RealStore> {
  const { base, stop } = await startServer(scene, 'couchdb.mjs', ['contexts']);
  const database = `${base}/contexts`;
  const read = async (path: string): Promise<string> => (await fetch(`${database}/${path}`)).text();
  return {
    settings: { remote: database, flavor: 'couchdb' },
    env: {},
    contents: async () => {
      const { rows } = JSON.parse(await read('_all_docs')) as { rows: { id: string }[] };
      const own = rows.filter(({ id }) => !id.startsWith('_'));
      return new Map(await Promise.all(own.map(async ({ id }) => [id, await read(id)] as const)));
    },
    overwrite: async (id, text) => {
      const { _rev } = JSON.parse(await read(id)) as { _rev: string };
      await send('PUT', `${database}/${id}`, JSON.stringify({ ...(JSON.parse(text) as object), _rev }));
    },
    index: async () => send('POST', `${database}/_index`, JSON.stringify({ index: { fields: ['createdAt'] } })),
    stop,
  };
}

async function startS3(scene: Scene): Promise<RealStore> {
  const directory = scene.path('s3');
  mkdirSync(directory);
  const { base, stop } = await startServer(scene, 's3.mjs', ['contexts', directory]);
  const objects = (): string[] => {
    const found = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    return found.filter((name) => name.endsWith('._S3rver_object')).map((name) => join(directory, name));
  };
  const idOf = (path: string): string => /(c-[0-9a-f]{32})\.json/.exec(path)?.[1] ?? path;
  return {
    settings: { remote: 's3://contexts/of/mine', endpoint: base, username: 'S3RVER', tokenEnv: 'HOLDFAST_TEST_SECRET' },
    env: { HOLDFAST_TEST_SECRET: 'S3RVER' },
    contents: async () => Promise.resolve(new Map(objects().map((path) => [idOf(path), readFileSync(path, 'utf8')]))),
    overwrite: async (id, text) => {
      for (const path of objects().filter((object) => idOf(object) === id)) writeFileSync(path, text);
      return Promise.resolve();
    },
    stop,
  };
}

async function startSwift(scene: Scene): Promise<RealStore> {
  const directory = scene.path('swift');
  mkdirSync(directory);
  const { base, stop } = await startServer(scene, 'swift.mjs', ['contexts', directory]);
  const settings = { remote: 's3://contexts/of/mine', endpoint: base, username: 'test:tester', tokenEnv: 'HOLDFAST_TEST_SECRET' };
  const request = async (method: string, path: string, body?: string): Promise<string> => {
    const signed = aws4.sign(
      { service: 's3', region: 'us-east-1', method, host: new URL(base).host, path: `/contexts${path}`, ...(body !== undefined && { body }) },
      { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
    );
    const reply = await fetch(`${base}${signed.path ?? ''}`, { method, headers: signed.headers as Record<string, string>, ...(body !== undefined && { body }) });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status}`);
    return reply.text();
  };
  const keys = async (): Promise<string[]> =>
    [...(await request('GET', '?list-type=2')).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
  return {
    settings,
    env: { HOLDFAST_TEST_SECRET: 'testing' },
    contents: async () =>
      new Map(await Promise.all((await keys()).map(async (key) => [basename(key, '.json'), await request('GET', `/${key}`)] as const))),
    overwrite: async (id, text) => {
      for (const key of await keys()) if (basename(key, '.json') === id) await request('PUT', `/${key}`, text);
    },
    stop,
  };
}

interface Listening {
  readonly base: string;
  readonly stop: () => Promise<void>;
}

export async function startServer(scene: Scene, program: string, args: readonly string[]): Promise<Listening> {
  const script = join(PROJECT_ROOT, 'scripts', 'test-servers', program);
  const server: Started = scene.start([execPath, script, ...args], { stdio: ['pipe', 'pipe', 'pipe'], cwd: scene.directory });
  const port = await eventually(`${program} has a port`, () => /^(\d+)\n/m.exec(server.output)?.[1]);
  const stop = async (): Promise<void> => {
    server.child.stdin?.end();
    await server.ended();
  };
  return { base: `http://127.0.0.1:${port}`, stop };
}

async function send(method: string, url: string, body: string): Promise<void> {
  const reply = await fetch(url, { method, body, headers: { 'content-type': 'application/json' } });
  if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status}`);
}
