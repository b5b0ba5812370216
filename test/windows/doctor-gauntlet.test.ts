// `holdfast doctor --gauntlet` on Windows: what a job promises is tried, a leak is seen, and nothing of it is left.

import { expect } from 'chai';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from '../support/eventually.js';
import { directoriesIn, done, findingsIn, startDoctor, startInScene } from '../support/gauntlet.js';
import { isAlive, processesNaming } from '../support/proc.js';
import { PROJECT_ROOT } from '../support/project.js';
import { endProcesses, useScene, type Scene } from '../support/scene.js';

const TECHNIQUES = ['plain', 'start-b', 'own-console', 'parent-exits', 'ignore-ctrl-c', 'detached', 'closed-handles', 'cleared-environment', 'hydra'];
const ENDS = ['owner killed', 'kill()', 'root exits'];

function compiled(name: string): string {
  return join(PROJECT_ROOT, 'dist', 'cli', `${name}.js`);
}

/** The directory of an attempt, as soon as there is one. */
async function attemptIn(scene: Scene, name: string): Promise<string> {
  return eventually(`there is an attempt ${name}`, () => {
    const places = directoriesIn(scene).map((directory) => join(scene.directory, directory, name));
    return places.find((place) => existsSync(place));
  });
}

/** Every technique has a member, in an attempt and in its control. The doctor does not wait until that was seen. */
async function bothUp(scene: Scene): Promise<void> {
  const isUp = (place: string): boolean => namesIn(place).filter((file) => file.endsWith('.beats')).length === TECHNIQUES.length;
  await eventually('the members of an attempt and of its control are up', () => {
    const places = directoriesIn(scene).map((directory) => join(scene.directory, directory));
    const up = places.flatMap((place) => namesIn(place).filter((name) => isUp(join(place, name))));
    return ['control-', 'job-'].every((kind) => up.some((name) => name.startsWith(kind)));
  });
}

/** None where the directory is gone: the doctor removes each when it is done with it. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

describe('holdfast doctor --gauntlet on Windows', function () {
  this.timeout(180_000);
  const scene = useScene();

  it('shows for every technique that it ends, beside a control that does not', async () => {
    const doctor = startDoctor(scene(), '--json');
    const code = await done(doctor);
    const found = findingsIn(doctor.output).map(({ mechanism, end, name, outcome }) => `${mechanism}, ${end}: ${name} ${outcome}`);

    expect(found).to.deep.equal(ENDS.flatMap((end) => TECHNIQUES.map((name) => `job, ${end}: ${name} dead`)));
    expect(code, doctor.errors).to.equal(0);
    expect(directoriesIn(scene())).to.deep.equal([]);
    expect(processesNaming(scene().directory)).to.deep.equal([]);
  });

  it('fails for a member that the job does not hold, and says so', async () => {
    const doctor = startDoctor(scene());
    const place = await attemptIn(scene(), 'job-kill-');
    const words = [compiled('gauntlet/windows-cast'), 'member', place, 'plain', String(Date.now() + 60_000)];
    const stranger = scene().start([process.execPath, ...words]); // as a service would start it

    expect(await done(doctor), doctor.errors).to.equal(1);
    expect(doctor.output).to.contain('[CRITICAL] gauntlet: job, kill(): 8 of 9 techniques end\n     leaks: plain (its member is alive)\n');
    for (const end of ['owner killed', 'root exits']) expect(doctor.output).to.contain(`[OK] gauntlet: job, ${end}: 9 of 9 techniques end\n`);
    await stranger.ended(); // its directory is gone
    expect(directoriesIn(scene())).to.deep.equal([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    // Nobody can send Ctrl-C under wine, so the event comes from within.
    const script = `process.stdin.on('data', () => process.emit('SIGINT', 'SIGINT'));
      void require(process.argv[1]).runGauntlet([{ mechanism: 'job', escapable: ['broker'] }], () => undefined);`;
    const doctor = startInScene(scene(), ['-e', script, compiled('gauntlet/gauntlet')]);
    await bothUp(scene());

    doctor.child.stdin?.write('now');

    expect((await doctor.ended()).code, doctor.errors).to.equal(130);
    expect(directoriesIn(scene())).to.deep.equal([]);
    await nothingRuns(scene());
  });

  it('leaves no process behind when it is terminated', async () => {
    const doctor = startDoctor(scene());
    await bothUp(scene());

    await endProcesses(() => [doctor.identity].filter(isAlive));

    await nothingRuns(scene());
  });
});

async function nothingRuns(scene: Scene): Promise<void> {
  await eventually('nothing of it runs', () => processesNaming(scene.directory).length === 0);
}
