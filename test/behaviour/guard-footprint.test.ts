// A guard is small: at most 1 MB of private memory, 100 kB of it dirty, few descriptors, and no
// zombie that its tree leaves to it.

import { expect } from 'chai';
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';

import { castBehindFront } from '../support/front.js';
import { guards } from '../support/leaks.js';
import { NEEDS_ROOT, forEachMechanism, itIf } from '../support/mechanisms.js';
import { allPids, processLine, readProcFile, type ProcessIdentity } from '../support/proc.js';
import { GUARD } from '../support/project.js';
import { useScene } from '../support/scene.js';

function kilobytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]);
}

function zombiesBelow(parents: readonly ProcessIdentity[]): number {
  const pids = new Set(parents.map(({ pid }) => pid));
  return allPids().filter((pid) => {
    const line = processLine(pid);
    return line?.state === 'Z' && pids.has(line.ppid);
  }).length;
}

/** The pages of a program that was just linked count as dirty until they are on the disk. */
function writeBack(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

/** What a guard holds and uses it shows to nobody else. */
const INSIDE = NEEDS_ROOT;

describe('a guard', () => {
  const scene = useScene();

  before(() => writeBack(GUARD));

  forEachMechanism((mechanism) => {
    itIf(INSIDE, 'is small, also with a hundred members', async () => {
      const cast = scene().control({ technique: 'setsid', count: 100 });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism]);

      for (const { pid } of guards()) {
        const rollup = readProcFile(`/proc/${pid}/smaps_rollup`) ?? '';
        const dirty = kilobytes(rollup, 'Private_Dirty');
        expect(dirty + kilobytes(rollup, 'Private_Clean'), 'private memory in kB').to.be.at.most(1024);
        expect(dirty, 'dirty memory in kB').to.be.at.most(100);
      }
      front.kill('SIGTERM');
      await front.ended();
    });

    itIf(INSIDE, 'holds no descriptor of the command', async () => {
      const cast = scene().control({ technique: 'plain' });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism]);
      const socket = front.child.stdio[3];

      const others = guards().filter(({ pid }) => pid !== front.identity.pid);
      expect(others).to.have.length.at.least(1);
      for (const { pid } of others) expect(readdirSync(`/proc/${pid}/fd`), 'descriptors').to.have.length.at.most(15);
      cast.declareOver();
      await front.ended();
      expect(socket).to.not.equal(undefined);
    });

    it('reaps what its tree leaves to it', async () => {
      const cast = scene().control({ technique: 'hydra', count: 4 });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism]);
      await cast.provenAlive();

      expect(zombiesBelow(guards())).to.be.at.most(10);
      front.kill('SIGTERM');
      await front.ended();
    });
  });
});
