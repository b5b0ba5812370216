// A /proc that hides from a guard who has gained privilege (hidepid=2, proc(5)): what cannot be ended is reported all
// the same.

import { expect } from 'chai';

import { Place } from '../gauntlet/place.js';
import { AROUND, setuidEscapee } from '../gauntlet/surroundings.js';
import { eventually } from '../support/eventually.js';
import { itIf } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene } from '../support/scene.js';

/** Tells who has survived kill(), which it calls when it is told to. */
const OWNER = `
  const [library, file, ...args] = process.argv.slice(1);
  const child = require(library).spawnContained(file, args, { containment: { mechanism: 'subreaper' }, stdio: 'ignore' });
  process.stdin.once('data', async () => {
    const { survivors } = await child.tree.kill();
    console.log(JSON.stringify(survivors.map(({ pid, why }) => ({ pid, why }))));
    process.exit();
  });
`;

describe('a /proc that hides a member from its guard', () => {
  const scene = useScene();
  let place: Place | undefined;

  afterEach(async () => {
    await place?.clear();
    place = undefined;
  });

  itIf(AROUND.hidingProc.missing(), 'hides no survivor', async () => {
    place = new Place(scene());
    const cast = scene().control({ technique: 'gained-privilege', detail: setuidEscapee(scene()) });
    cast.openToAll();
    const through = [...place.through(), ...AROUND.hidingProc.enter(place)];
    const argv = [...through, process.execPath, '-e', OWNER, PROJECT_ROOT, ...cast.argv];

    const owner = scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
    await cast.ready();
    owner.child.stdin?.write('kill\n');
    await eventually('the survivors are told', () => owner.output.endsWith('\n'));

    expect(owner.errors).to.equal('');
    expect(JSON.parse(owner.output)).to.deep.equal(cast.living().map(({ pid }) => ({ pid, why: 'denied' })));
    expect(cast.living()).to.have.length(1);
    await owner.ended();
  });
});
