// The example of a cluster: its configuration is one, and its script brings a server that speaks as CouchDB does to
// where holdfast can send. The cluster itself needs containers, which the tests do not have.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkConfig } from '#lib/tools/config/config.js';
import type { ContextFacts } from '#lib/tools/save/context-record.js';
import { sync } from '#lib/tools/sync/sync.js';

import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { FakeRemote, status, type Behaviour } from './fake-remote.js';
import { COUCH as couch, type RealStore } from './real-stores.js';
import { record, workplaceIn } from './workplace.js';

const EXAMPLE = join(PROJECT_ROOT, 'examples', 'couchdb-cluster');
const PASSWORDS = { COUCHDB_PASSWORD: 'admin-secret', WRITER_PASSWORD: 'writer-secret' };

describe('the example of a CouchDB cluster', () => {
  const scene = useScene();

  it('has a configuration without mistakes', () => {
    const text = readFileSync(join(EXAMPLE, 'config.json'), 'utf8');

    const config = checkConfig(JSON.parse(text), 'config.json');

    expect(config.sync).to.include({ flavor: 'couchdb', username: 'holdfast' });
  });

  it('names the same three nodes in both files', () => {
    const nodes = (name: string): string[] => [
      ...new Set([...readFileSync(join(EXAMPLE, name), 'utf8').matchAll(/couch\d\.cluster/g)].map(([node]) => node)),
    ];

    expect(nodes('compose.yaml')).to.deep.equal(['couch1.cluster', 'couch2.cluster', 'couch3.cluster']);
    expect(nodes('join.sh').sort()).to.deep.equal(nodes('compose.yaml'));
  });

  for (const [title, replies, code] of [
    ['joins the nodes, makes the database and lets the user write', [], 0],
    ['may be run again', Array.from({ length: 8 }, () => status(409, {}, '{"reason":"it is there already"}')), 0],
    ['stops at what is not done', [status(201), status(500)], 1],
  ] as [string, Behaviour[], number][]) {
    it(title, async function () {
      if (!hasCurl()) return this.skip();
      const remote = await FakeRemote.start();
      remote.behaviours.push(...replies);
      remote.always = (response, { path }) => void response.writeHead(/_(?:security|index)$/.test(path) ? 200 : 201).end();

      const script = scene().start(['sh', join(EXAMPLE, 'join.sh')], {
        env: { PATH: process.env['PATH'], FIRST_NODE: remote.url.replace('/contexts', ''), ...PASSWORDS },
      });
      const ended = await script.ended();
      await remote.stop();

      expect(ended.code, script.output + script.errors).to.equal(code);
      const asked = remote.seen.map(({ method, path }) => `${method} ${path}`);
      if (code !== 0) return void expect(asked).to.have.length(2);
      expect(asked).to.deep.equal([
        ...Array.from({ length: 5 }, () => 'POST /_cluster_setup'),
        'PUT /contexts?n=3',
        'POST /contexts/_index',
        'PUT /_users/org.couchdb.user:holdfast',
        'PUT /contexts/_security',
      ]);
      for (const { body } of remote.seen.filter((seen) => seen.body !== '')) expect(() => JSON.parse(body) as unknown, body).not.to.throw();
    });
  }
});

describe('the retention of a CouchDB store', () => {
  let store: RealStore | undefined;
  afterEach(async () => store?.stop());
  const scene = useScene(); // ends after the store

  it('takes out what was saved too long ago, and nothing else', async function () {
    if (!hasCurl() || couch.missing() !== undefined) this.skip();
    store = await couch.start(scene());
    const place = workplaceIn(scene(), store.settings);
    const ago = (days: number): Partial<ContextFacts> => {
      return { createdAt: new Date(Date.now() - days * 86_400_000).toISOString() };
    };
    const [old, young] = [record('old', ago(91)), record('young', ago(89))];
    for (const one of [old, young, record('older', ago(400))]) place.store.enqueue(one);
    await sync(place);

    const env = { PATH: process.env['PATH'], DATABASE: store.settings.remote ?? '', COUCHDB_PASSWORD: 'x' };
    const script = scene().start(['sh', join(EXAMPLE, 'forget.sh'), '90'], { env });
    const { code } = await script.ended();

    expect(code, script.errors).to.equal(0);
    expect(script.output).to.match(/^\[OK\] 2 contexts saved before 20\S+ are gone\n$/);
    expect([...(await store.contents()).keys()]).to.deep.equal([young.id]);
  });
});

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('      skipped: curl is not installed');
    return false;
  }
}
