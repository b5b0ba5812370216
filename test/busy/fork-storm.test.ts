// A storm: hundreds of processes, each of which spins and forks whenever it may, so that what is killed is replaced and
// nobody else gets much of a processor. kill() ends all of them, though its report may not hear of it in time.

import { expect } from 'chai';

import { contain, leaveFree } from '../support/contained.js';
import { NEEDS_ROOT, forEachMechanism, itIf, type LinuxMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

/** How many processes each may have at most. An ordinary user's other processes count, too. */
const STORMS = { 'busy-storm': 800, 'scattered-storm': 300, 'continuing-storm': 300 } as const;
const OTHERS = 100;
const FEW = 120;

type Storm = keyof typeof STORMS;
const NAMES = Object.keys(STORMS) as Storm[];

/** `group` promises nothing about a tree whose members lose their parents while nobody looks. */
function stormsOf(mechanism: LinuxMechanism): readonly Storm[] {
  return mechanism === 'group' ? ['busy-storm'] : NAMES;
}

/** RLIMIT_NPROC does not bind root (setrlimit(2)): root's storm is another user's, whose marks prove nothing. */
function whyNotPromised(mechanism: LinuxMechanism): string | undefined {
  const mayEscape = mechanism === 'group' && NEEDS_ROOT === undefined;
  return mayEscape ? 'root has another user storm: fast-double-fork stays open under group' : undefined;
}

describe('a fork storm', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const technique of stormsOf(mechanism)) {
      itIf(whyNotPromised(mechanism), `of ${STORMS[technique]} processes is ended to the last one (${technique})`, async () => {
        const witness = await leaveFree(scene(), { technique: 'plain' });
        const cast = scene().cast({ technique, detail: String(STORMS[technique]) });
        const child = await contain(cast, { mechanism }, { detached: true }); // in a session that is not ours: sched(7)
        await cast.grown(STORMS[technique] - OTHERS);

        const { durationMs, killed, reason, survivors } = await child.tree.kill();

        expect(reason).to.equal('kill');
        expect(survivors.filter(({ why }) => why !== 'unheard')).to.deep.equal([]);
        await cast.provenDead(witness);
        console.log(`        ${mechanism}, ${technique}: ${killed} killed in ${durationMs} ms`);
      });
    }
  });

  for (const technique of NAMES) {
    it(`outlives its owner where nothing contains it (${technique})`, async () => {
      const control = scene().control({ technique, detail: String(FEW) });
      const storm = await scene().startUncontained(control, control.argv);
      await control.grown(FEW - OTHERS);

      await storm.killOwner();

      await control.provenAlive();
    });
  }
});
