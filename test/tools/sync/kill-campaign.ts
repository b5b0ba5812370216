// `npm run test:sync-kills -- [RUNS] [SEED]`: kills so many syncs at a moment that chance chooses, with a remote that
// chance makes worse. Says what it has done and how to do it again.

import { Random } from '../../chaos/random.js';
import { compileFixtures } from '../../support/fixtures.js';
import { Scene } from '../../support/scene.js';
import { FakeRemote, breaksOff, keepsAndHangsUp, resets, status, type Behaviour } from './fake-remote.js';
import { killedSync, refusesOne } from './killed-sync.js';

const WELL = [refusesOne, refusesOne, refusesOne];
const BADLY = [keepsAndHangsUp, breaksOff, resets, status(409), status(500)];
const REPLIES: readonly Behaviour[] = [...WELL, ...BADLY];
const MOST_CALLS = 60;

async function main(runs: number, seed: number): Promise<void> {
  const random = new Random(seed);
  const killed = new Map<string, number>();
  compileFixtures();
  const remote = await FakeRemote.start();
  try {
    for (let at = 0; at < runs; at += 1) {
      const goodItems = random.between(1, 4);
      const replies = Array.from({ length: random.between(0, 4) }, () => random.pick(REPLIES));
      const scene = new Scene();
      try {
        const call = await killedSync(scene, remote, `run-${at}`, { afterCall: random.between(1, MOST_CALLS), goodItems, replies });
        killed.set(call ?? 'none', (killed.get(call ?? 'none') ?? 0) + 1);
      } catch (error) {
        throw new Error(`run ${at} of seed ${seed}`, { cause: error });
      } finally {
        await scene.abandon();
      }
    }
    const counts = [...killed].map(([call, times]) => `${call} ${times}`).join(', ');
    console.log(`${runs} syncs with seed ${seed}, nothing lost, nothing doubled; killed after: ${counts}`);
  } finally {
    await remote.stop();
  }
}

const [runs = '1000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
void main(Number(runs), Number(seed));
