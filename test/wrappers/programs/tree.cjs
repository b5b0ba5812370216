#!/usr/bin/env node
// A program with processes of its own: node, and shells with programs in the background, which ignore SIGINT there.

const { spawn } = require('node:child_process');
const { appendFileSync } = require('node:fs');

const BACKGROUND = 'sleep 1000 & sleep 1000 & echo; wait';
const SECOND = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(BACKGROUND)}], { stdio: 'inherit' })`;

const children = [spawn('sh', ['-c', BACKGROUND]), spawn(process.execPath, ['-e', SECOND])];
const ready = children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve)));
Promise.all(ready).then(() => appendFileSync(process.env.WRAPPED_DIARY, `up ${process.pid}\n`));
