// `node s3.mjs BUCKET DIRECTORY`: an S3-compatible store on a free port of this machine, which it prints. Its key is
// S3RVER, its secret S3RVER. Ends with its standard input.

import { createRequire } from 'node:module';

import { PROJECT_ROOT } from '../sources.mjs';

const S3rver = createRequire(`${PROJECT_ROOT}/build/test-servers/`)('s3rver');
const [bucket, directory] = process.argv.slice(2);
const options = { address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] };
const { port } = await new S3rver(options).run();
console.log(port);
process.stdin.on('end', () => process.exit()).resume();
