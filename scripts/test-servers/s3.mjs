// `node s3.mjs BUCKET DIRECTORY [KEY CERTIFICATE]`: an S3-compatible store on a free port of this machine, which it
// prints; with the files of a key and a certificate by TLS. Its key is S3RVER, its secret S3RVER. Ends with its
// standard input.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { PROJECT_ROOT } from '../sources.mjs';

const S3rver = createRequire(`${PROJECT_ROOT}/build/test-servers/`)('s3rver');
const [bucket, directory, ...tls] = process.argv.slice(2);
const [key, cert] = tls.map((path) => readFileSync(path));
const options = { address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket }], key, cert };
const { port } = await new S3rver(options).run();
console.log(port);
process.stdin.on('end', () => process.exit()).resume();
