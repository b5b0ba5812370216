// `holdfast doctor --gauntlet`: what the mechanisms of this machine promise is tried, and nothing of it is left.

import { expect } from 'chai';
import { join } from 'node:path';

import { describeProbe } from '#lib/cli/commands/doctor.js';
import { describeGauntlet } from '#lib/cli/gauntlet/gauntlet.js';

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
      expect(doctor.output).to.contain(`[OK] gauntlet: ${mechanism}, kill(): `);
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

describe('the markers of holdfast doctor', () => {
  const broken = { probe: 'mechanism', name: 'cgroup', works: false, call: 'clone3', code: 'EPERM', errno: 1 };
  const attempt = { name: 'setsid', mechanism: 'cgroup', end: 'kill()', works: false } as const;

  it('tell what does not work here from what leaves nothing that works', () => {
    expect(describeProbe(broken, true)).to.equal('[WARNING] mechanism: cgroup\n     clone3, EPERM, errno 1');
    expect(describeProbe(broken, false)).to.match(/^\[ERROR\] mechanism: cgroup\n/);
    expect(describeProbe({ ...broken, probe: 'call' }, false)).to.match(/^\[WARNING\] call: /);
    expect(describeProbe({ probe: 'mechanism', name: 'group', works: true }, true)).to.equal('[OK] mechanism: group');
  });

  it('tell a promise that does not hold from one that is not proven', () => {
    const words = (outcome: 'leaks' | 'unproven' | 'dead'): string => describeGauntlet([{ ...attempt, outcome, works: outcome === 'dead' }]);

    expect(words('leaks')).to.match(/^\[CRITICAL\] gauntlet: cgroup, kill\(\): 0 of 1 /);
    expect(words('unproven')).to.match(/^\[WARNING\] gauntlet: /);
    expect(words('dead')).to.equal('[OK] gauntlet: cgroup, kill(): 1 of 1 techniques end');
  });
});
