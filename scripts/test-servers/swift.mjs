// `node swift.mjs BUCKET DIRECTORY`: OpenStack Swift with its S3 interface, as Debian has it (swift-proxy,
// swift-account, swift-container, swift-object, memcached), all of it in that directory and on free ports of this
// machine. Prints the port of the interface. Its key is test:tester, its secret testing. Ends with its standard input.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { PROJECT_ROOT } from '../sources.mjs';

const aws4 = createRequire(`${PROJECT_ROOT}/`)('aws4');
const [bucket, directory] = process.argv.slice(2);
const KINDS = ['account', 'container', 'object'];
const CREDENTIALS = { accessKeyId: 'test:tester', secretAccessKey: 'testing' };
const children = [];

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function start(file, ...args) {
  children.push(spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
}

function write(name, text) {
  writeFileSync(join(directory, name), text.replace(/^ +/gm, ''));
}

/** One device, one copy. */
function ring(kind, port) {
  const builder = (...words) => execFileSync('swift-ring-builder', [`${kind}.builder`, ...words], { cwd: directory, stdio: 'ignore' });
  builder('create', '1', '1', '1');
  builder('add', `r1z1-127.0.0.1:${port}/d1`, '1');
  builder('rebalance');
}

function common(port) {
  return `
    [DEFAULT]
    bind_ip = 127.0.0.1
    bind_port = ${port}
    workers = 0
    user = ${process.env['USER'] ?? 'root'}
    swift_dir = ${directory}
    devices = ${join(directory, 'devices')}
    mount_check = false
  `;
}

async function startServerOf(kind) {
  const port = await freePort();
  ring(kind, port);
  write(`${kind}.conf`, `${common(port)}
    [pipeline:main]
    pipeline = ${kind}-server
    [app:${kind}-server]
    use = egg:swift#${kind}
  `);
  start(`swift-${kind}-server`, join(directory, `${kind}.conf`));
}

async function startProxy(port, cachePort) {
  write('proxy.conf', `${common(port)}
    [pipeline:main]
    pipeline = catch_errors cache s3api tempauth proxy-server
    [filter:catch_errors]
    use = egg:swift#catch_errors
    [filter:cache]
    use = egg:swift#memcache
    memcache_servers = 127.0.0.1:${cachePort}
    [filter:s3api]
    use = egg:swift#s3api
    location = us-east-1
    [filter:tempauth]
    use = egg:swift#tempauth
    user_test_tester = testing .admin
    [app:proxy-server]
    use = egg:swift#proxy
    account_autocreate = true
  `);
  start('swift-proxy-server', join(directory, 'proxy.conf'));
}

/** Undefined as long as nobody answers. */
function makeBucket(port) {
  const wanted = aws4.sign({ service: 's3', region: 'us-east-1', method: 'PUT', host: `127.0.0.1:${port}`, path: `/${bucket}` }, CREDENTIALS);
  return new Promise((resolve) => {
    const { method, path, headers } = wanted;
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (reply) => {
      reply.resume().once('end', () => resolve(reply.statusCode));
    });
    sent.once('error', () => resolve(undefined)).end();
  });
}

async function end() {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.filter(({ exitCode, signalCode }) => (exitCode ?? signalCode) === null).map((child) => once(child, 'exit')));
  process.exit();
}

process.stdin.on('end', () => void end()).resume();
mkdirSync(join(directory, 'devices', 'd1'), { recursive: true });
write('swift.conf', '[swift-hash]\nswift_hash_path_suffix = of-a-test\n');
for (const kind of KINDS) await startServerOf(kind);
const [port, cachePort] = [await freePort(), await freePort()];
start('memcached', '-l', '127.0.0.1', '-p', String(cachePort), '-u', process.env['USER'] ?? 'root', '-m', '16', '-P', join(directory, 'memcached.pid'));
await startProxy(port, cachePort);
let status;
do status = await makeBucket(port);
while (status === undefined || status >= 500);
console.log(port);
