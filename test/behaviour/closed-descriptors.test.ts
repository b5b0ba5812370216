// An owner that has closed its own standard streams: nothing that is made for a tree takes their numbers, so
// that no root gets a way to its guard in their place.

import { expect } from 'chai';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism, type LinuxMechanism } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';

/** Closes 0 to 2, then makes each call, and writes to descriptor 4 what is thrown. */
const OWNER = `
const { closeSync, writeSync } = require('node:fs');
const { spawnContained } = require(process.argv[1]);
for (const fd of [0, 1, 2]) closeSync(fd);
for (const [file, args, options] of JSON.parse(process.argv[2])) {
  try {
    spawnContained(file, args, options);
  } catch (error) {
    writeSync(4, error.message + '\\n');
  }
}
`;

type Stdio = readonly (number | 'ignore')[];
type Call = readonly [file: string, args: readonly string[], stdio: Stdio];

function ownerArgv(mechanism: LinuxMechanism, calls: readonly Call[]): string[] {
  const terms = { mechanism, whenRootExits: 'wait' };
  const plan = calls.map(([file, args, stdio]) => [file, args, { stdio, containment: terms }]);
  return [process.execPath, '-e', OWNER, join(PROJECT_ROOT, 'dist', 'index.js'), JSON.stringify(plan)];
}

/** Redirected for the owner, who has no streams left to speak by. */
function reporting(scene: Scene, argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', `exec "$@" 4>${scene.path('report')}`, 'sh', ...argv];
}

function isOpen(pid: number, fd: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`) !== '';
  } catch {
    return false;
  }
}

describe('an owner without standard streams', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('cannot pass on what it has closed', async () => {
      const passing: Stdio[] = [
        [0, 'ignore', 'ignore'],
        ['ignore', 1, 'ignore'],
        ['ignore', 'ignore', 2],
        [0, 1, 2],
      ];
      const calls = passing.map((stdio): Call => ['true', [], stdio]);
      const owner = scene().start(reporting(scene(), ownerArgv(mechanism, calls)));

      await owner.ended();

      const report = readFileSync(scene().path('report'), 'latin1');
      expect(report).to.equal('spawn EBADF\n'.repeat(passing.length));
    });

    it('hands its root no way to the guard', async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });
      const cast = scene().cast({ technique: 'setsid' });
      const list = scene().path('list');
      const look = `for fd in 0 1 2; do readlink /proc/$$/fd/$fd >&5; echo release >&$fd; done`;
      const script = `exec 5>${list}; ${look}; exec 5>&- "$@"`;
      const call: Call = ['/bin/bash', ['-c', script, 'bash', ...cast.argv], ['ignore', 'ignore', 'ignore', 3]];
      const owner = scene().startHolding(cast, reporting(scene(), ownerArgv(mechanism, [call])));

      await cast.ready();
      await eventually('the owner has nothing at 0 to 2', () => ![0, 1, 2].some((fd) => isOpen(owner.identity.pid, fd)));
      owner.kill('SIGKILL');
      await owner.ended();

      await cast.provenDead(control);
      expect(readFileSync(list, 'latin1')).to.equal('/dev/null\n'.repeat(3));
      if (mechanism === 'namespace') await abandonedTreeMayRemain();
    });
  });
});
