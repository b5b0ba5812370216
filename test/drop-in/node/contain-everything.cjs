// Loaded before a test of Node's own (scripts/test-node-suite.sh): whatever it spawns is contained.
'use strict';

const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');

const { execContained, execFileContained, forkContained, spawnContained } = require('../../../dist/index.js');

Object.assign(childProcess, {
  exec: execContained,
  execFile: execFileContained,
  fork: forkContained,
  spawn: spawnContained,
});
syncBuiltinESMExports();
