// A /proc that hides from a guard who has gained privilege (hidepid=2, proc(5)): what cannot be ended is reported all
// the same.

import { expect } from 'chai';

import { Place } from '../gauntlet/place.js';
import { AROUND, setuidEscapee } from '../gauntlet/surroundings.js';
import { eventually } from '../support/eventually.js';
import type { Cast } from '../support/cast.js';
import { itIf, type LinuxMechanism } from '../support/mechanisms.js';
import { identityOf, isAlive, processLine, type ProcessLine } from '../support/proc.js';
import { PROJECT_ROOT } from '../support/project.js';
import { endProcesses, useScene, type Started } from '../support/scene.js';

/** Tells who its root is, and then who has survived kill(), or the tree's own end, as it is asked. */
const OWNER = `
  const [library, mechanism, file, ...args] = process.argv.slice(1);
  const child = require(library).spawnContained(file, args, { containment: { mechanism }, stdio: 'ignore' });
  console.log('root ' + child.pid);
  process.stdin.once('data', async (word) => {
    const { survivors } = await (String(word) === 'kill' ? child.tree.kill() : child.tree.empty);
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

  function whereItHides(mechanism: LinuxMechanism, cast: Cast): Started {
    place = new Place(scene());
    const through = [...place.through(), ...AROUND.hidingProc.enter(place)];
    const argv = [...through, process.execPath, '-e', OWNER, PROJECT_ROOT, mechanism, ...cast.argv];
    return scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  async function rootOf(owner: Started): Promise<ProcessLine> {
    const told = await eventually('the root is told', () => /^root (\d+)$/m.exec(owner.output)?.[1]);
    return eventually('the root lives', () => processLine(Number(told)));
  }

  async function survivorsAsked(owner: Started, word: 'kill' | 'empty'): Promise<unknown> {
    owner.child.stdin?.write(word);
    const told = await eventually('the survivors are told', () => /^\[.*\]$/m.exec(owner.output)?.[0]);
    expect(owner.errors).to.equal('');
    await owner.ended();
    return JSON.parse(told);
  }

  itIf(AROUND.hidingProc.missing(), 'hides no survivor', async () => {
    const cast = scene().control({ technique: 'gained-privilege', detail: setuidEscapee(scene()) });
    cast.openToAll();
    const owner = whereItHides('subreaper', cast);
    await cast.ready();

    const survivors = await survivorsAsked(owner, 'kill');

    expect(survivors).to.deep.equal(cast.living().map(({ pid }) => ({ pid, why: 'denied' })));
    expect(cast.living()).to.have.length(1);
  });

  itIf(AROUND.hidingProc.missing(), 'leaves open who is left when the guard is killed, and says so', async () => {
    const cast = scene().cast({ technique: 'plain' });
    cast.openToAll();
    const owner = whereItHides('subreaper', cast);
    const root = await rootOf(owner);
    await cast.ready();

    const guard = identityOf(root.ppid);
    await endProcesses(() => [guard].filter(isAlive));

    expect(await survivorsAsked(owner, 'empty')).to.deep.equal([{ pid: root.pid, why: 'unseen' }]);
    expect(cast.living()).to.deep.equal([]);
  });

  itIf(AROUND.hidingProc.missing(), 'is a reason to refuse `group`, which would not see whom it holds', async () => {
    const cast = scene().cast({ technique: 'plain' });

    const owner = whereItHides('group', cast);

    expect(await owner.ended()).to.deep.include({ code: 1 });
    expect(owner.errors).to.contain('ERR_HOLDFAST_MECHANISM_UNAVAILABLE').and.contain('see the processes of others');
  });
});
