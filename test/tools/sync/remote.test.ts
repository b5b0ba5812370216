// What a configuration may name as remote.

import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import type { SyncConfig } from '#lib/tools/config/config.js';
import { ToolFailure } from '#lib/tools/failure.js';
import { s3Access } from '#lib/tools/sync/credentials.js';
import { openTarget } from '#lib/tools/sync/remote.js';
import { sync } from '#lib/tools/sync/sync.js';

import { useScene } from '../../support/scene.js';
import { enqueue, workplaceIn } from './workplace.js';

const DOTS = '{bucket}';

describe('a remote', () => {
  const scene = useScene();
  const nameOf = (settings: Partial<SyncConfig> & { remote: string }): string => {
    const target = openTarget(workplaceIn(scene(), settings).config.sync);
    target.close();
    return target.name;
  };

  for (const [settings, name] of [
    [{ remote: 'https://example.org/a/b?token=x' }, 'https://example.org/a/b'],
    [{ remote: 'http://[::1]:5984/a' }, 'http://[::1]:5984/a'],
    [{ remote: 'http://localhost/a' }, 'http://localhost/a'],
    [{ remote: 's3://bucket/a', region: 'eu-west-1' }, 'https://bucket.s3.eu-west-1.amazonaws.com/a'],
    [{ remote: 's3://of.dots/a', region: 'eu-west-1' }, 'https://s3.eu-west-1.amazonaws.com/of.dots/a'],
    [{ remote: 's3://bucket/a', endpoint: 'https://minio.example.org/' }, 'https://minio.example.org/bucket/a'],
    [{ remote: 's3://bucket/a', endpoint: `https://${DOTS}.fra1.example.org` }, 'https://bucket.fra1.example.org/a'],
    [{ remote: 'file:///mnt/a%20b' }, '/mnt/a b'],
  ] as const) {
    it(`may be ${JSON.stringify(settings)}`, () => {
      expect(nameOf(settings)).to.equal(name);
    });
  }

  for (const [settings, problem] of [
    [{ remote: 'http://example.org/a' }, /^sync.remote: expected https:.*, got http:..example.org: without TLS only this machine/],
    [{ remote: 'http://localhost.example.org/a' }, /without TLS only this machine/],
    [{ remote: 'http://127.example.org/a' }, /without TLS only this machine/],
    [{ remote: 'http://other.localhost/a' }, /without TLS only this machine/],
    [{ remote: 'https://example.org/a', urlTemplate: 'http://elsewhere/{id}' }, /got http:..elsewhere/],
    [{ remote: 'https://example.org/a', urlTemplate: '{base}/x' }, /^sync.urlTemplate: expected a template with \{id\}/],
    [{ remote: 'https://user:secret@example.org/a' }, /^sync.remote: a password in a URL/],
    [{ remote: 'ftp://example.org/a' }, /^sync.remote: expected https:.* got ftp:/],
    [{ remote: '/mnt/share' }, /^sync.remote: expected a URL/],
    [{ remote: 'file://server/share' }, /^sync.remote: /],
    [{ remote: 's3://bucket', endpoint: 'minio:9000' }, /^sync.endpoint: expected a URL such as/],
    [{ remote: 's3://bucket', endpoint: 'http://minio:9000' }, /got http:..minio:9000/],
  ] as const) {
    it(`may not be ${JSON.stringify(settings)}`, () => {
      expect(() => nameOf(settings)).to.throw(ToolFailure, problem).with.property('exitCode', 78);
    });
  }

  it('of which TLS never answers is given up in time', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const place = workplaceIn(scene(), { remote: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, requestTimeoutMs: 200 });
    enqueue(place, 'a');

    const report = await sync(place);
    server.close();
    await once(server, 'close');

    expect(report).to.include({ sent: 0, left: 1, exitCode: 69, reason: 'PUT: no whole reply within 200 ms' });
  });
});

describe('the signature of a request to S3', () => {
  it('is the one of the example of Amazon', async () => {
    // docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Bucket Lifecycle"
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    process.env['HOLDFAST_TEST_SECRET'] = secret;
    const settings = { username: 'AKIAIOSFODNN7EXAMPLE', tokenEnv: 'HOLDFAST_TEST_SECRET', region: 'us-east-1' } as SyncConfig;
    const headers = { 'x-amz-date': '20130524T000000Z' };
    const request = { method: 'GET', url: new URL('https://examplebucket.s3.amazonaws.com/?lifecycle'), headers };
    const access = s3Access(settings);
    try {
      const signed = await access.authorized(request, { deadline: Infinity, signal: new AbortController().signal });

      expect(signed['Authorization']).to.match(/Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/);
      expect(access.secrets).to.deep.equal([secret]);
    } finally {
      delete process.env['HOLDFAST_TEST_SECRET'];
    }
  });
});
