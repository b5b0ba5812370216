// Hundreds of spawns in one process, or thousands, one after another and many at once. What they leave
// behind is looked for after every test (test/support/leaks.ts); here they must all work.

import { expect } from 'chai';
import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import { forEachMechanism } from '../support/mechanisms.js';
import { ownDescriptors } from '../support/proc.js';
import { amountOf } from '../support/thorough.js';

const SPAWNS = amountOf({ usually: 300, thoroughly: 2000 });
const AT_ONCE = amountOf({ usually: 100, thoroughly: 200 });

describe('many spawns', () => {
  forEachMechanism((mechanism) => {
    it(`work ${AT_ONCE} at once`, async () => {
      const children = Array.from({ length: AT_ONCE }, (_, index) =>
        spawnContained('sh', ['-c', `sleep 20 & echo out; exit ${index % 100}`], {
          stdio: ['ignore', 'pipe', 'ignore'],
          containment: { mechanism },
        }),
      );

      const outputs = await Promise.all(
        children.map(async (child) => {
          let output = '';
          child.stdout.on('data', (text: Buffer) => (output += text.toString()));
          await once(child, 'close');
          return output;
        }),
      );

      expect(outputs).to.deep.equal(Array.from({ length: AT_ONCE }, () => 'out\n'));
      expect(children.map(({ exitCode }) => exitCode)).to.deep.equal(children.map((_, index) => index % 100));
    });
  });

  it(`work ${SPAWNS} times, one after another, with as many descriptors open at the end as early on`, async () => {
    let early = 0;
    for (let spawned = 0; spawned < SPAWNS; spawned += 1) {
      const child = spawnContained('true', { stdio: 'ignore' });
      await child.tree.empty;
      if (spawned === 100) early = ownDescriptors().size;
    }

    expect(ownDescriptors().size).to.be.at.most(early + 5);
  });
});
