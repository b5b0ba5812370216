// `npm run test:save-kills -- [RUNS] [SEED]`: kills so many saves at a moment that chance chooses. Says what it did
// and how to do it again.

import { Random } from '../../chaos/random.js';
import { compileFixtures } from '../../support/fixtures.js';
import { Scene } from '../../support/scene.js';
import { killedSave } from './killed-save.js';
import { Repository } from './repository.js';

const MOST_CALLS = 50;

async function main(runs: number, seed: number): Promise<void> {
  const random = new Random(seed);
  const killed = new Map<string, number>();
  compileFixtures();
  for (let at = 0; at < runs; at += 1) {
    const scene = new Scene();
    try {
      const repository = Repository.create(scene.path('app'));
      const by = random.pick(['save now', 'save-check'] as const);
      const killing = { afterCall: random.between(1, MOST_CALLS), before: random.between(0, 2), by };
      const call = (await killedSave(scene, repository, `run-${at}`, killing)) ?? 'none';
      killed.set(call, (killed.get(call) ?? 0) + 1);
    } catch (error) {
      throw new Error(`run ${at} of seed ${seed}`, { cause: error });
    } finally {
      await scene.abandon();
    }
  }
  const counts = [...killed].map(([call, times]) => `${call} ${times}`).join(', ');
  console.log(`${runs} saves with seed ${seed}, nothing lost, doubled or halved; killed after: ${counts}`);
}

const [runs = '1000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
void main(Number(runs), Number(seed));
