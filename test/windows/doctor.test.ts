// `holdfast doctor` on Windows: every line is a probe that was made in this run.

import { expect } from 'chai';

import { holdfast } from '../support/command.js';
import { useScene } from '../support/scene.js';

describe('holdfast doctor on Windows', () => {
  const scene = useScene();

  it('tells what works, each by a probe', async () => {
    const run = await holdfast(scene(), ['doctor', '--json']);
    const found = new Map(run.listed('probes').map((line) => [`${String(line['probe'])}: ${String(line['name'])}`, line['works']]));

    expect(run.code, run.errors).to.equal(0);
    for (const line of [
      'node: addon',
      'node: guard',
      'mechanism: job',
      'job: a root is a member from birth',
      'job: a tree inside a job is held by a job of its own',
      'record: other commands see the trees of this user',
    ]) {
      expect(found.get(line), line).to.equal(true);
    }
  });

  it('says so in words, and where it is in a job itself', async () => {
    const doctor = holdfast(scene(), ['doctor']);
    const inside = await holdfast(scene(), ['run', '--', process.execPath, 'bin/holdfast.js', 'doctor']);

    expect((await doctor).output).to.match(/^\[OK\] mechanism: job/m);
    expect(inside.output).to.match(/^\[OK\] job: this process is in a job/m);
  });
});
