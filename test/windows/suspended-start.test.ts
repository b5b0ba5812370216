// Where the system does not take a list of jobs, a root is created suspended and assigned: contained all the same, and
// said aloud. fixtures/calls.c plays such a system.

import { expect } from 'chai';
import { join } from 'node:path';

import { leaveFree } from '../support/contained.js';
import { useScene } from '../support/scene.js';
import { WINDOWS_FIXTURES } from '../support/windows-oracle.js';

const LIBRARY = JSON.stringify(require.resolve('#lib/index.js'));
const CALLS = JSON.stringify(join(WINDOWS_FIXTURES, 'calls.node'));

/** Starts two trees, of which the first is the one of the test, and kills that when it is told to. */
const SCRIPT = `
const { spawnContained } = require(${LIBRARY});
require('#lib/addon/load.js').binding();
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

describe('a root on Windows that begins suspended', () => {
  const scene = useScene();

  it('is contained, and the process is warned of it once', async () => {
    const witness = await leaveFree(scene(), { technique: 'parent-exits' });
    const cast = scene().cast({ technique: 'parent-exits' });
    const script = SCRIPT.replace("'#lib/addon/load.js'", JSON.stringify(require.resolve('#lib/addon/load.js')));
    const owner = scene().startHolding(cast, [process.execPath, '-e', script, ...cast.argv]);
    await cast.ready();

    owner.child.stdin?.write('kill\n');
    const { code } = await owner.ended();

    expect(code, owner.errors).to.equal(0);
    await cast.provenDead(witness);
    await witness.provenAlive();
    const warnings = ['HoldfastWarning HOLDFAST_SUSPENDED_START'];
    expect(JSON.parse(owner.output)).to.deep.equal({ warnings, mechanism: 'job', code: 5 });
  });
});
