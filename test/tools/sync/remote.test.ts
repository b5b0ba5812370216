// What a configuration may name as remote, who may see its token, and how requests to S3 are signed.

import { expect } from 'chai';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import type { SyncConfig } from '#lib/tools/config/config.js';
import { ToolFailure } from '#lib/tools/failure.js';
import { tokenOf } from '#lib/tools/sync/credentials.js';
import { openTarget } from '#lib/tools/sync/remote.js';
import { signedHeaders } from '#lib/tools/sync/s3-signature.js';
import { sync } from '#lib/tools/sync/sync.js';

import { useScene } from '../../support/scene.js';
import { enqueue, workplaceIn } from './workplace.js';

const S3 = { username: 'key', tokenEnv: 'PATH' };

describe('a remote', () => {
  const scene = useScene();
  const nameOf = (settings: Partial<SyncConfig> & { remote: string }): string => {
    const target = openTarget({ ...workplaceIn(scene(), settings).config.sync, remote: settings.remote });
    target.close();
    return target.name;
  };

  for (const [settings, name] of [
    [{ remote: 'https://example.org/a/b?token=x' }, 'https://example.org/a/b'],
    [{ remote: 'http://[::1]:5984/a' }, 'http://[::1]:5984/a'],
    [{ remote: 'http://intranet/a', allowHttp: ['intranet'] }, 'http://intranet/a'],
    [{ remote: 's3://bucket/a', region: 'eu-west-1', ...S3 }, 'https://bucket.s3.eu-west-1.amazonaws.com/a'],
    [{ remote: 's3://bucket/a', endpoint: 'https://minio.example.org/', ...S3 }, 'https://minio.example.org/bucket/a'],
    [{ remote: 'file:///mnt/a%20b' }, '/mnt/a b'],
  ] as const) {
    it(`may be ${settings.remote}`, () => {
      expect(nameOf(settings)).to.equal(name);
    });
  }

  for (const [settings, problem] of [
    [{ remote: 'http://example.org/a' }, /^sync.remote: expected https:.*example.org is not among/],
    [{ remote: 'https://example.org/a', urlTemplate: 'http://elsewhere/{id}' }, /elsewhere is not among/],
    [{ remote: 'https://example.org/a', urlTemplate: '{base}/x' }, /^sync.urlTemplate: expected a template with \{id\}/],
    [{ remote: 'https://user:secret@example.org/a' }, /^sync.remote: a password in a URL/],
    [{ remote: 'ftp://example.org/a' }, /^sync.remote: expected https:.* got ftp:/],
    [{ remote: '/mnt/share' }, /^sync.remote: expected a URL/],
    [{ remote: 'file://server/share' }, /^sync.remote: /],
    [{ remote: 's3://bucket', tokenEnv: null }, /^sync.username: an S3-compatible store wants/],
    [{ remote: 's3://bucket', endpoint: 'minio:9000', ...S3 }, /^sync.endpoint: /],
    [{ remote: 's3://bucket', endpoint: 'http://minio:9000', ...S3 }, /minio is not among/],
    [{ remote: 'https://example.org', tokenEnv: null, tokenFile: 'token' }, /^sync.tokenFile: expected an absolute path/],
    [{ remote: 'https://example.org', tokenEnv: null, tokenFile: '/nonexistent' }, /^sync.tokenFile cannot be read: ENOENT/],
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

describe('a token', () => {
  const scene = useScene();
  const settings = (changed: Partial<SyncConfig>): SyncConfig =>
    ({ tokenEnv: 'HOLDFAST_TOKEN', tokenFile: null, ...changed }) as SyncConfig;

  it('is taken from the environment first, then from its file, without the end of the line', () => {
    const tokenFile = scene().path('token');
    writeFileSync(tokenFile, 'of-the-file\n', { mode: 0o600 });

    expect(tokenOf(settings({ tokenFile }), {})).to.equal('of-the-file');
    expect(tokenOf(settings({ tokenFile }), { HOLDFAST_TOKEN: 'of-the-environment' })).to.equal('of-the-environment');
    expect(tokenOf(settings({}), {})).to.equal(undefined);
  });

  it('is not taken from a file that others may read, nor from what is no file', () => {
    const tokenFile = scene().path('token');
    writeFileSync(tokenFile, 'secret');
    chmodSync(tokenFile, 0o640);
    const directory = scene().path('directory');
    mkdirSync(directory, { mode: 0o700 });

    expect(() => tokenOf(settings({ tokenFile }), {})).to.throw(ToolFailure, /mode 0600 of user \d+, got 0640/).with.property('exitCode', 78);
    expect(() => tokenOf(settings({ tokenFile: directory }), {})).to.throw(ToolFailure, /is no file/);
  });

  it('with a line end in it, which would begin another header, is not taken, and not repeated', () => {
    for (const token of ['secret\r\nx: y', 'secret\n2', 's\u00e9cret']) {
      expect(() => tokenOf(settings({}), { HOLDFAST_TOKEN: token })).to.throw(ToolFailure, /^[^]*expected a token of printable ASCII on one line$/);
    }
  });
});

describe('the signature of a request to S3', () => {
  it('is the one of the example of Amazon', () => {
    // docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: PUT Object"
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };
    const headers = { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' };
    const url = new URL('https://examplebucket.s3.amazonaws.com/test$file.text');
    const request = { method: 'PUT', url, body: 'Welcome to Amazon S3.', headers };

    const signed = signedHeaders(request, credentials, new Date('2013-05-24T00:00:00Z'));

    expect(signed['authorization']).to.match(/Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/);
    expect(signed['authorization']).to.match(/SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,/);
  });
});
