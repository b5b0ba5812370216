// A thousand spawns leave the handle count of this process where it was.

import { expect } from 'chai';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { spawnContained, type Contained } from '#lib/index.js';

import { fixture } from '../support/fixtures.js';
import { oracle } from '../support/windows-oracle.js';

const SPAWNS = 1000;
const WARM = 100;
const AT_ONCE = 50;

/** Wine 8 refuses about one start in some thousands, also of Node's own, with an error that libuv has no name for. */
const MOST_REFUSED = 3;
let refused = 0;

async function spawnOne(): Promise<void> {
  const child = startUnlessRefused();
  if (child !== undefined) await Promise.all([once(child, 'close'), child.tree.empty]);
}

function startUnlessRefused(): Contained<ChildProcess> | undefined {
  try {
    return spawnContained(fixture('end-process'), [], { stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    refused += 1;
    console.log(`      REFUSED: ${String(error)}`);
    if ((error as NodeJS.ErrnoException).code !== 'UNKNOWN' || refused > MOST_REFUSED) throw error;
    return undefined;
  }
}

describe('many spawns on Windows', function () {
  this.timeout(600_000);

  it(`work ${SPAWNS} times, with as many handles open at the end as early on`, async () => {
    let early = 0;
    for (let spawned = 0; spawned < SPAWNS; spawned += AT_ONCE) {
      if (spawned === WARM) early = oracle?.handles() ?? 0;
      await Promise.all(Array.from({ length: AT_ONCE }, spawnOne));
    }

    expect(early).to.be.greaterThan(0);
    expect(oracle?.handles()).to.be.at.most(early + 5);
  });

  it(`work ${AT_ONCE} at once`, async () => {
    const children = Array.from({ length: AT_ONCE }, (_, index) =>
      spawnContained('cmd.exe', ['/c', `exit ${index}`], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );

    const codes = await Promise.all(children.map(async (child) => (await once(child, 'close')) as [number]));

    expect(codes.map(([code]) => code)).to.deep.equal(children.map((_, index) => index));
  });
});
