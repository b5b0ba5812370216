// TLS with an authority of one's own, and proxies: who is believed, and who sees what.

import { expect } from 'chai';
import { mkdirSync } from 'node:fs';

import { sync } from '#lib/tools/sync/sync.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { useScene } from '../../support/scene.js';
import { Authority } from '../../support/tls.js';
import { FakeRemote, useFakeRemote } from './fake-remote.js';
import { startProxy, type Proxy } from './proxy.js';
import { serversMissing, startServer } from './real-stores.js';
import { enqueue, shelves, workplaceIn } from './workplace.js';

const SECRET = 'secret-1234';
const NO_PROXIES = Object.fromEntries(
  ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [[name, ''], [name.toLowerCase(), '']]),
);

describe('a remote by TLS', () => {
  let stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.map(async (stop) => stop()));
    stops = [];
  });
  const scene = useScene(); // ends after them
  const plain = useFakeRemote();
  let authority: Authority;
  const closing = <Server extends { readonly stop: () => Promise<void> }>(server: Server): Server => {
    stops.push(async () => server.stop());
    return server;
  };
  const remoteFor = async (name: string): Promise<FakeRemote> =>
    closing(await FakeRemote.start(authority.certify(name)));
  const proxyTo = async (how: Parameters<typeof startProxy>[0]): Promise<Proxy> => closing(await startProxy(how));
  const run = async (env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<CommandRun> => {
    const own = { ...NO_PROXIES, NODE_EXTRA_CA_CERTS: authority.path, HOLDFAST_TOKEN: SECRET, ...env };
    return holdfast(scene(), ['sync', '--json', ...args], scene().path('home'), own);
  };

  beforeEach(() => {
    mkdirSync(scene().path('tls'));
    authority = new Authority(scene().path('tls'));
  });

  it('of an authority that NODE_EXTRA_CA_CERTS names is believed, and of no other', async () => {
    const remote = await remoteFor('IP:127.0.0.1');
    const place = workplaceIn(scene(), { remote: remote.url });
    enqueue(place, 'a');

    const unknown = await run({ NODE_EXTRA_CA_CERTS: '' });
    expect(unknown.document()).to.include({ sent: 0, left: 1, exitCode: 78 });
    expect(unknown.document()['reason']).to.match(/UNABLE_TO_VERIFY_LEAF_SIGNATURE; NODE_EXTRA_CA_CERTS names/);
    expect(remote.seen, 'nothing was asked, and no token sent').to.deep.equal([]);

    expect((await run({})).document()).to.include({ sent: 1, left: 0, exitCode: 0 });
    expect(remote.seen[0]?.headers.authorization).to.equal(`Bearer ${SECRET}`);
  });

  it('whose certificate is for another name is not believed', async () => {
    const remote = await remoteFor('DNS:elsewhere.example.org');
    enqueue(workplaceIn(scene(), { remote: remote.url }), 'a');

    const said = (await run({})).document();

    expect(said).to.include({ sent: 0, left: 1, exitCode: 78 });
    expect(said['reason']).to.match(/ERR_TLS_CERT_ALTNAME_INVALID/);
    expect(remote.seen).to.deep.equal([]);
  });

  it('is reached through a proxy, which is told where to and who asks, and sees nothing else', async () => {
    const remote = await remoteFor('DNS:store.example.org');
    const proxy = await proxyTo({ to: remote.port });
    enqueue(workplaceIn(scene(), { remote: 'https://store.example.org/contexts' }), 'a', 'b');

    const said = (await run({ HTTPS_PROXY: proxy.url.replace('//', '//user:word@') })).document();

    expect(said).to.include({ sent: 2, left: 0, exitCode: 0 });
    expect(proxy.asked, 'one connection for both').to.deep.equal(['store.example.org:443']);
    expect(proxy.askers).to.deep.equal([`Basic ${Buffer.from('user:word').toString('base64')}`]);
    expect(remote.seen[0]?.headers).to.include({ authorization: `Bearer ${SECRET}` }).and.not.have.any.keys('proxy-authorization');
  });

  it('is not reached through a proxy where NO_PROXY says so, nor is this machine', async () => {
    const proxy = await proxyTo({ status: 503 });
    const remote = await remoteFor('IP:127.0.0.1');
    const place = workplaceIn(scene(), { remote: remote.url });
    enqueue(place, 'a');

    expect((await run({ HTTPS_PROXY: proxy.url })).document()).to.include({ sent: 1 });
    enqueue(place, 'b');
    expect((await run({ ALL_PROXY: proxy.url, HTTP_PROXY: proxy.url }, '--remote', plain().url)).document()).to.include({ sent: 1 });
    enqueue(place, 'c');
    const elsewhere = ['--remote', 'https://store.example.invalid/contexts'];
    expect((await run({ HTTPS_PROXY: proxy.url, NO_PROXY: '.example.invalid' }, ...elsewhere)).document()).to.include({ sent: 0, left: 1 });
    expect(proxy.asked).to.deep.equal([]);
    expect((await run({ HTTPS_PROXY: proxy.url, NO_PROXY: '.example.com' }, '--now', ...elsewhere)).document()).to.include({ sent: 0 });
    expect(proxy.asked, 'the control').to.deep.equal(['store.example.invalid:443']);
  });

  for (const [how, exitCode, reason] of [
    [{ status: 407 }, 78, /^PUT: 407 Proxy Authentication Required$/],
    [{ status: 502 }, 69, /^PUT: 502 Bad Gateway$/],
    ['hangs', 69, /^PUT: no whole reply within 300 ms$/],
  ] as const) {
    it(`behind a proxy that ${how === 'hangs' ? how : `says ${how.status}`} keeps everything here: exit code ${exitCode}`, async () => {
      const proxy = await proxyTo(how);
      const place = workplaceIn(scene(), { remote: 'https://store.example.org/contexts', requestTimeoutMs: 300 });
      enqueue(place, 'a');

      const said = (await run({ HTTPS_PROXY: proxy.url })).document();

      expect(said).to.include({ sent: 0, left: 1, exitCode });
      expect(said['reason']).to.match(reason);
      expect(shelves(place).outbox).to.have.length(1);
    });
  }

  it('behind a proxy of another kind is a matter of the configuration', async () => {
    enqueue(workplaceIn(scene(), { remote: 'https://store.example.org/contexts' }), 'a');

    const said = await run({ ALL_PROXY: 'socks5://127.0.0.1:1080' });

    expect(said).to.include({ code: 78 }).with.property('errors').that.matches(/HTTPS_PROXY or ALL_PROXY: expected a URL such as http:/);
  });

  it('leaves no connection to a proxy that never answers', async () => {
    const proxy = await proxyTo('hangs');
    const place = workplaceIn(scene(), { remote: 'https://store.example.org/contexts', requestTimeoutMs: 200 });
    enqueue(place, 'a');
    process.env['https_proxy'] = proxy.url;
    try {
      expect(await sync(place)).to.include({ sent: 0, left: 1, exitCode: 69 });
    } finally {
      delete process.env['https_proxy'];
    }

    expect(proxy.asked).to.have.length(1);
    await eventually('the connection is gone', () => proxy.open() === 0);
  });

  it('may be S3 at the address of Amazon, where the bucket is a part of the host name', async function () {
    if (serversMissing() !== undefined) this.skip();
    const { keyPath, certPath } = authority.certify('DNS:contexts.s3.eu-west-1.amazonaws.com');
    const directory = scene().path('s3');
    mkdirSync(directory);
    const store = closing(await startServer(scene(), 's3.mjs', ['contexts', directory, keyPath, certPath]));
    const proxy = await proxyTo({ to: Number(new URL(store.base).port) });
    const place = workplaceIn(scene(), { remote: 's3://contexts/of/mine', region: 'eu-west-1' });
    enqueue(place, 'a', 'b');
    const keys = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

    const said = (await run({ HTTPS_PROXY: proxy.url, ...keys }, '--verify')).document();
    enqueue(place, 'c');
    const refused = (await run({ HTTPS_PROXY: proxy.url, ...keys, AWS_ACCESS_KEY_ID: 'somebody' })).document();

    expect(said).to.include({ sent: 2, left: 0, exitCode: 0 });
    expect(new Set(proxy.asked)).to.deep.equal(new Set(['contexts.s3.eu-west-1.amazonaws.com:443']));
    expect(refused, 'the control: the store looks who asks').to.include({ sent: 0, left: 1, exitCode: 78 });
  });
});
