// `holdfast doctor --gauntlet`: what the mechanisms of this machine promise is tried, and nothing of it is left.

import { expect } from 'chai';
import { join } from 'node:path';

import { eventually } from '../support/eventually.js';
import { directoriesIn, done, findingsIn, startDoctor } from '../support/gauntlet.js';
import { availableMechanisms } from '../support/mechanisms.js';
import { processesNaming } from '../support/proc.js';
import { useScene } from '../support/scene.js';

const TECHNIQUES = 10;
const ENDS = 4;

describe('holdfast doctor --gauntlet', () => {
  const scene = useScene();

  it('shows for every mechanism and technique that it ends, or the route that was named', async () => {
    const doctor = startDoctor(scene(), '--json');
    const ended = await done(doctor);
    const findings = findingsIn(doctor.output);

    expect(findings.filter(({ works }) => !works)).to.deep.equal([]);
    expect(ended, doctor.errors).to.equal(0);
    expect(findings).to.have.length(availableMechanisms().length * TECHNIQUES * ENDS);
    const open = findings.filter(({ mechanism, outcome }) => mechanism === 'namespace' && outcome === 'open');
    expect(open).to.deep.equal([]);
    expect(directoriesIn(scene())).to.deep.equal([]);
  });

  it('says for people which ends hold', async () => {
    const doctor = startDoctor(scene());
    await done(doctor);

    for (const mechanism of availableMechanisms()) {
      expect(doctor.output).to.contain(`ok   gauntlet: ${mechanism}, kill(): `);
    }
  });

  it('leaves nothing behind on Ctrl-C', async () => {
    const doctor = startDoctor(scene());
    await eventually('its processes are up', () => processesNaming(join(scene().directory, 'holdfast-gauntlet-')).length > 10);

    doctor.kill('SIGINT');

    expect((await doctor.ended()).signal).to.equal('SIGINT');
    await eventually('nothing of it runs', () => processesNaming(scene().directory).length === 0);
    await eventually('its directory is gone', () => directoriesIn(scene()).length === 0);
  });
});
