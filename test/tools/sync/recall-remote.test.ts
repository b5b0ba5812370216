// `holdfast recall --remote`: the newest context of a project of any machine, from a store that may answer anything.

import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { SyncConfig } from '#lib/tools/config/config.js';
import type { ContextFacts, ContextRecord } from '#lib/tools/save/context-record.js';
import { projectKeyOf } from '#lib/tools/save/project-key.js';
import { sync } from '#lib/tools/sync/sync.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { useScene } from '../../support/scene.js';
import { Repository } from '../save/repository.js';
import { hangs, resets, status, useFakeRemote, type Behaviour } from './fake-remote.js';
import { enqueue, record, workplaceIn } from './workplace.js';

const json = (value: unknown): Behaviour => status(200, { 'content-type': 'application/json' }, JSON.stringify(value));
const saved = (text: string, minute: number, changed: Partial<ContextFacts> = {}): ContextRecord =>
  record(text, { createdAt: `2026-01-02T03:0${minute}:00.000Z`, ...changed });
const NEWEST = saved('newest', 5, { host: 'another-machine' });
const OLDER = saved('older', 3);
const FORGED = { ...saved('forged', 9), summary: { text: 'orders', source: 'message', truncated: false } };
const ELSEWHERE = saved('of another project', 9, { project: { name: 'app', root: '/src/app', repo: 'example.org/other/app' } });
/** Parsed in no time, and too deep to be looked at. */
const DEEP = `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`;

describe('holdfast recall --remote', () => {
  const scene = useScene();
  const remote = useFakeRemote();
  const configure = (settings: Partial<SyncConfig>): void => {
    workplaceIn(scene(), { requestTimeoutMs: 500, ...settings });
  };
  const run = async (...args: readonly string[]): Promise<CommandRun> =>
    holdfast(scene(), ['recall', '--remote', '--project', scene().path('app'), ...args], scene().path('home'));

  beforeEach(() => {
    const repository = Repository.create(scene().path('app'));
    repository.git('remote', 'add', 'origin', 'git@example.org:owner/app.git');
  });

  it('tells what another machine has saved, by the name of the repository', async () => {
    configure({ remote: remote().url, flavor: 'couchdb' });
    remote().always = json({ docs: [{ _id: NEWEST.id, _rev: '1-a', ...NEWEST }] });

    const said = await run();
    const whole = await run('--json');

    expect(said).to.include({ code: 0, errors: '' });
    expect(said.output).to.match(/^Saved context of app\n/).and.include('on another-machine').and.include('newest');
    expect(whole.document()).to.deep.equal(NEWEST);
    expect(remote().seen[0]).to.include({ method: 'POST', path: '/contexts/_find' });
    expect(JSON.parse(remote().seen[0]?.body ?? '')).to.deep.include({
      selector: { createdAt: { $gt: null }, 'project.repo': 'example.org/owner/app' },
      sort: [{ createdAt: 'desc' }],
    });
  });

  it('asks OpenSearch, and takes the newest of what is of the project and whole', async () => {
    configure({ remote: remote().url, flavor: 'opensearch' });
    const found = [...[FORGED, ELSEWHERE, null, 7, OLDER, NEWEST].map((one) => JSON.stringify(one)), DEEP];
    remote().always = status(200, {}, `{"hits":{"hits":[${found.map((one) => `{"_source":${one}}`).join()}]}}`);

    expect((await run('--json')).document()).to.deep.equal(NEWEST);
    expect(remote().seen[0]).to.include({ method: 'POST', path: '/contexts/_search' });
  });

  it('asks a directory, and passes over what is none', async () => {
    const directory = scene().path('share');
    const remoteUrl = pathToFileURL(directory).href;
    mkdirSync(directory);
    const elsewhere = workplaceIn(scene(), { remote: remoteUrl }, 'elsewhere');
    for (const one of [NEWEST, OLDER, ELSEWHERE]) elsewhere.store.enqueue(one);
    await sync(elsewhere);
    const folder = join(directory, projectKeyOf(NEWEST.project));
    writeFileSync(join(folder, `${FORGED.id}.json`), JSON.stringify(FORGED));
    writeFileSync(join(folder, `${record('deep').id}.json`), DEEP);
    configure({ remote: remoteUrl });

    expect((await run('--json')).document()).to.deep.equal(NEWEST);
  });

  it('of a store without an index looks at what there is, and reads the newest', async () => {
    configure({ remote: remote().url, flavor: 'couchdb' });
    remote().behaviours.push(status(400, {}, '{"error":"no_usable_index"}'));
    const old = saved('old', 0, { createdAt: '2026-01-01T00:00:00.000Z' });
    remote().behaviours.push(json({ docs: [old, NEWEST].map(({ id, createdAt }) => ({ _id: id, createdAt })) }));
    remote().behaviours.push(json({ _id: NEWEST.id, ...NEWEST }));

    expect((await run('--json')).document()).to.deep.equal(NEWEST);
    expect(remote().seen.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'POST /contexts/_find',
      'POST /contexts/_find',
      `GET /contexts/${NEWEST.id}`,
    ]);
  });

  for (const [what, behaviour, settings, code, words] of [
    ['holds nothing of the project', json({ docs: [] }), { flavor: 'couchdb' }, 1, /^holdfast: the remote holds nothing of \S+\/app\n$/],
    ['holds only what is not whole', json({ docs: [FORGED] }), { flavor: 'couchdb' }, 1, /the remote holds nothing/],
    ['says what is no JSON', status(200, {}, '<html>'), { flavor: 'couchdb' }, 78, /: POST: expected JSON, got something else/],
    ['hangs', hangs, { flavor: 'couchdb' }, 69, /: POST: no whole reply within 500 ms\n$/],
    ['hangs up', resets, { flavor: 'opensearch' }, 69, /: POST: socket hang up\n$/],
    ['does not let us in', status(401), { flavor: 'webdav' }, 78, /: PROPFIND: 401 Unauthorized\n$/],
    ['does not know PROPFIND', status(405), { flavor: 'webdav' }, 78, /: PROPFIND: 405 Method Not Allowed\n$/],
    ['wants to be left alone', status(429), { flavor: 'couchdb' }, 75, /: POST: 429 Too Many Requests\n$/],
    ['has no common way to be asked', resets, {}, 78, /a generic store has no common way to be asked/],
  ] as const) {
    it(`from a remote that ${what}: exit code ${code}`, async () => {
      configure({ remote: remote().url, ...settings });
      remote().always = behaviour;

      const said = await run();

      expect(said).to.include({ code, output: '' });
      expect(said.errors).to.match(words);
    });
  }

  it('without a remote says which setting there is for one, and what is here is told without it', async () => {
    enqueue(workplaceIn(scene(), {}), 'a');

    const said = await run();

    expect(said).to.include({ code: 78, output: '' });
    expect(said.errors).to.match(/^holdfast: sync.remote: no remote is configured to ask/);
  });

  it('of a listing without end gives up in time', async () => {
    configure({ remote: 's3://contexts/x', endpoint: remote().url.replace('/contexts', ''), username: 'a', tokenEnv: 'PATH' });
    const page = '<Contents><Key>x</Key'.repeat(20_000);
    remote().always = status(200, {}, `<ListBucketResult>${page}<NextContinuationToken>on</NextContinuationToken>`);

    const said = await run();

    expect(said).to.include({ code: 78, output: '' });
    expect(said.errors).to.match(/more than 100000 contexts of one project to look through: docs\/team.md/);
  });
});
