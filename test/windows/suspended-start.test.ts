// Where the system does not take a list of jobs, a root is created suspended and assigned: contained all the same, and
// said aloud. Where it cannot be assigned either, it does not run. fixtures/calls.c plays such systems.

import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { leaveFree } from '../support/contained.js';
import { useScene } from '../support/scene.js';
import { WINDOWS_FIXTURES } from '../support/windows-oracle.js';

const LIBRARY = JSON.stringify(require.resolve('#lib/index.js'));
const NATIVE_API = JSON.stringify(require.resolve('#lib/native-api.js'));
const ADDON = JSON.stringify(require.resolve('#lib/addon/load.js'));
const CALLS = JSON.stringify(join(WINDOWS_FIXTURES, 'calls.node'));

/** Starts two trees, of which the first is the one of the test, and kills that when it is told to. */
const SCRIPT = `
const { spawnContained } = require(${LIBRARY});
require(${ADDON}).binding();
const calls = require(${CALLS});
calls.watch();
calls.denyJobLists();
const warnings = [];
process.on('warning', ({ name, code }) => warnings.push(name + ' ' + code));
const [file, ...args] = process.argv.slice(1);
const child = spawnContained(file, args, { stdio: ['ignore', 'ignore', 'ignore', 3], detached: true });
const other = spawnContained(process.execPath, ['-e', 'process.exit(5)'], { stdio: 'ignore' });
process.stdin.once('data', async () => {
  await child.tree.kill();
  await other.tree.empty;
  console.log(JSON.stringify({ warnings, mechanism: child.tree.mechanism, code: other.exitCode }));
  process.exit();
});
`;

/** A contained program and, once nothing of it is left, a plain one, each to leave a file. No job takes the former. */
const REFUSED = `
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { spawnContained } = require(${LIBRARY});
const { processTable } = require(${NATIVE_API});
require(${ADDON}).binding();
const calls = require(${CALLS});
calls.watch();
calls.denyJobLists();
calls.denyAssignment();
const [contained, plain] = process.argv.slice(1);
const leaving = (path) => ['-e', 'require("fs").writeFileSync(process.argv[1], "")', path];
let refusal;
try {
  spawnContained(process.execPath, leaving(contained), { stdio: 'ignore' });
} catch ({ name, code, message }) {
  refusal = { name, code, message };
}
const child = ({ ppid }) => ppid === process.pid;
(async () => {
  while (processTable().some(child)) await new Promise(setImmediate);
  await once(spawn(process.execPath, leaving(plain), { stdio: 'ignore' }), 'exit');
  console.log(JSON.stringify(refusal));
})();
`;

describe('a root on Windows that begins suspended', () => {
  const scene = useScene();

  it('is contained, and the process is warned of it once', async () => {
    const witness = await leaveFree(scene(), { technique: 'parent-exits' });
    const cast = scene().cast({ technique: 'parent-exits' });
    const owner = scene().startHolding(cast, [process.execPath, '-e', SCRIPT, ...cast.argv]);
    await cast.ready();

    owner.child.stdin?.write('kill\n');
    const { code } = await owner.ended();

    expect(code, owner.errors).to.equal(0);
    await cast.provenDead(witness);
    await witness.provenAlive();
    const warnings = ['HoldfastWarning HOLDFAST_SUSPENDED_START'];
    expect(JSON.parse(owner.output)).to.deep.equal({ warnings, mechanism: 'job', code: 5 });
  });

  it('does not run where no job takes it, and the call says so', async () => {
    const files = ['contained', 'plain'].map((name) => join(scene().directory, name));
    const owner = scene().start([process.execPath, '-e', REFUSED, ...files]);

    const { code } = await owner.ended();

    expect(code, owner.errors).to.equal(0);
    const refusal = JSON.parse(owner.output) as Error;
    expect(refusal).to.include({ name: 'ContainmentError', code: 'ERR_HOLDFAST_START_FAILED' });
    expect(refusal.message).to.include('AssignProcessToJobObject');
    expect(files.map((path) => existsSync(path))).to.deep.equal([false, true]);
  });
});
