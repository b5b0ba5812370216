// A /proc that is missing, or that of another PID namespace, where the same pids are other processes: nothing in it is
// believed, so nothing is started, listed or signalled by it.

import { expect } from 'chai';

import { eventually } from '../support/eventually.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism, itIf } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene } from '../support/scene.js';
import { AROUND, type Surroundings } from '../gauntlet/surroundings.js';
import { Place } from '../gauntlet/place.js';

const WITHOUT_IT: readonly (readonly [name: string, around: Surroundings])[] = [
  ['missing', AROUND.withoutProc],
  ['of another PID namespace', AROUND.foreignProc],
];

/** Asks for everything that could believe it, and tells what comes of each. */
const OWNER = `
  const [root, mechanism, word] = process.argv.slice(1);
  const { spawnContained, trees, cleanup } = require(root);
  const { processTable } = require(root + '/dist/native-api.js');
  const containment = { mechanism };
  const asks = {
    spawn: () => spawnContained('/bin/sh', ['-c', 'exit 0', word], { stdio: 'ignore', containment }),
    processTable: () => processTable(),
    trees: () => trees(),
    cleanup: () => cleanup({ minAge: 0 }),
  };
  const told = Object.entries(asks).map(async ([name, ask]) => {
    try {
      return [name, typeof (await ask())];
    } catch ({ code, message }) {
      return [name, code, /find this process in .proc/.test(message)];
    }
  });
  Promise.all(told).then((all) => console.log(JSON.stringify(all)));
`;

/** A member covers /proc, for its guard and its owner as well; then the tree is ended. Tells who has survived. */
const COVERED = `
  const [root, mechanism, ...argv] = process.argv.slice(1);
  const script = 'mount -t tmpfs none /proc && exec "$@"';
  const words = ['-c', script, 'sh', ...argv];
  const child = require(root).spawnContained('/bin/sh', words, { stdio: 'ignore', containment: { mechanism } });
  process.stdin.once('data', async () => {
    const { survivors } = await child.tree.kill();
    console.log(survivors.length);
    process.exit();
  });
`;

/** As soon as it is covered the tree is ended, often enough to meet a guard that is only about to begin. */
const AT_ONCE = `
  const [root, mechanism] = process.argv.slice(1);
  const { execFileSync } = require('child_process');
  const script = 'mount -t tmpfs none /proc && echo covered && exec sleep infinity';
  const containment = { mechanism };
  const round = async () => {
    const child = require(root).spawnContained('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], containment });
    await new Promise((seen) => child.stdout.once('data', seen));
    const { survivors } = await child.tree.kill();
    execFileSync('umount', ['/proc']);
    return survivors.length;
  };
  (async () => {
    for (let left = 10; left > 0; left -= 1) console.log(await round());
  })();
`;

describe('a /proc that is not ours', () => {
  const scene = useScene();

  for (const [name, around] of WITHOUT_IT) {
    forEachMechanism((mechanism) => {
      itIf(around.missing(), `is not believed when it is ${name}`, async () => {
        const place = new Place(scene());
        const argv = [...around.enter(place), process.execPath, '-e', OWNER, PROJECT_ROOT, mechanism, scene().path('word')];

        const owner = scene().start(argv);
        await owner.ended();

        expect(owner.errors).to.equal('');
        expect(JSON.parse(owner.output)).to.deep.equal([
          ['spawn', 'ERR_HOLDFAST_MECHANISM_UNAVAILABLE', true],
          ['processTable', 'ENOENT', true],
          ['trees', 'ERR_HOLDFAST_RECORDS_UNREADABLE', true],
          ['cleanup', 'ERR_HOLDFAST_RECORDS_UNREADABLE', true],
        ]);
        await place.clear();
      });
    });
  }

  // Under `namespace` a member has a /proc of its own, and covers that.
  forEachMechanism((mechanism) => {
    itIf(AROUND.withoutProc.missing(), 'is not believed when a member covers it', async () => {
      const seesNobody = mechanism === 'group';
      const cast = seesNobody ? scene().control({ technique: 'daemon' }) : scene().cast({ technique: 'daemon' });
      const around = ['unshare', '--mount', '--propagation', 'private'];
      const argv = [...around, process.execPath, '-e', COVERED, PROJECT_ROOT, mechanism, ...cast.argv];
      const owner = scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
      await cast.ready();

      owner.child.stdin?.write('kill');
      const told = await eventually('the survivors are told', () => /^\d+$/m.exec(owner.output)?.[0]);

      expect(Number(told)).to.equal(seesNobody ? 1 : 0);
      if (!seesNobody) expect(cast.living()).to.deep.equal([]);
      await owner.ended();
      expect(owner.errors).to.equal('');
      if (seesNobody) await abandonedTreeMayRemain();
    });
  });

  // Under `namespace` that is the member's own /proc, and under `group` the guard needs it.
  forEachMechanism((mechanism) => {
    if (mechanism === 'namespace' || mechanism === 'group') return;
    itIf(AROUND.withoutProc.missing(), 'hides nobody however early a member covers it', async () => {
      const around = ['unshare', '--mount', '--propagation', 'private'];
      const owner = scene().start([...around, process.execPath, '-e', AT_ONCE, PROJECT_ROOT, mechanism]);

      await owner.ended();

      expect(owner.errors).to.equal('');
      expect(owner.output).to.equal('0\n'.repeat(10));
    });
  });
});
