// An ordinary user who asks for another id, or has no process left, is told by a contained spawn what Node says.

import { expect } from 'chai';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { NEEDS_ROOT, forEachMechanism, itIf, type LinuxMechanism } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';

/** Nobody else's, so that the user's processes can be counted. */
const ORDINARY = 64327;
const AS_ORDINARY = ['setpriv', '--reuid', `${ORDINARY}`, '--regid', `${ORDINARY}`, '--clear-groups', '--inh-caps=-all'];

/** After a first launch, which leaves a thread behind, makes the others and prints how each ended. */
const OWNER = `
const { execFileSync, spawn } = require('node:child_process');
const { readFileSync, readdirSync } = require('node:fs');
const { spawnContained } = require(process.argv[1]);
const { mechanism, free, calls } = JSON.parse(process.argv[2]);
const containment = { mechanism };
const contained = (options) => spawnContained('true', [], { ...options, stdio: 'ignore', containment });
const plain = (options) => spawn('true', [], { ...options, stdio: 'ignore' });
const ended = async (start) => {
  try {
    const child = start();
    return await new Promise((done) => child.on('error', (error) => done(error.code)).on('exit', done));
  } catch (error) {
    return error.code;
  }
};
const threads = () => readdirSync('/proc/self/task');
const hasChildren = () => threads().some((id) => readFileSync('/proc/self/task/' + id + '/children', 'latin1') !== '');
(async () => {
  await ended(() => contained({}));
  while (hasChildren()) await new Promise(setImmediate);
  const most = threads().length + free;
  if (free !== null) execFileSync('prlimit', ['--pid', String(process.pid), '--nproc=' + most + ':' + most]);
  for (const options of calls) console.log(await ended(() => plain(options)), await ended(() => contained(options)));
})();
`;

interface Plan {
  /** How many more processes the user may have; null: as many as before. */
  readonly free: number | null;
  readonly calls: readonly object[];
}

async function told(scene: Scene, mechanism: LinuxMechanism, plan: Plan): Promise<string> {
  const home = scene.path('home');
  mkdirSync(home, { mode: 0o700 });
  chownSync(home, ORDINARY, ORDINARY);
  const library = join(PROJECT_ROOT, 'dist', 'index.js');
  const argv = [...AS_ORDINARY, process.execPath, '-e', OWNER, library, JSON.stringify({ mechanism, ...plan })];
  const owner = scene.start(argv, { env: { ...process.env, HOLDFAST_HOME: home } });
  const { code } = await owner.ended();
  expect(code, owner.errors).to.equal(0);
  return owner.output;
}

describe('an ordinary user', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    if (mechanism === 'cgroup') return; // nobody has delegated one to this user

    itIf(NEEDS_ROOT, 'may not become another', async () => {
      const plan = { free: null, calls: [{ uid: 0 }, { gid: 0 }, { uid: 1, gid: 1 }] };

      expect(await told(scene(), mechanism, plan)).to.equal('EPERM EPERM\n'.repeat(3));
    });

    itIf(NEEDS_ROOT, 'is told when no process is left', async () => {
      expect(await told(scene(), mechanism, { free: 0, calls: [{}] })).to.equal('EAGAIN EAGAIN\n');
    });

    itIf(NEEDS_ROOT, 'is told when one process is left, which the guard takes', async () => {
      expect(await told(scene(), mechanism, { free: 1, calls: [{}] })).to.equal('0 EAGAIN\n');
    });
  });
});
