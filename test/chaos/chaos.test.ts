// A few hundred random trees and ends; `npm run test:chaos` makes as many as are wanted.

import { expect } from 'chai';
import { availableParallelism } from 'node:os';

import { abandonedTreeMayRemain } from '../support/leaks.js';
import { campaign, count, failures } from './campaign.js';

const RUNS = 300;
const FIRST_SEED = 1;
const WITHIN_MS = 25_000;
/** Fewer prove little: a machine that is too slow for these does not pass. */
const LEAST_RUNS = 100;

describe('chaos', () => {
  it(`leaves nobody of ${RUNS} random trees that come to random ends`, async () => {
    const jobs = availableParallelism() * 4;
    const outcomes = await campaign({ seed: FIRST_SEED, runs: RUNS, jobs, withinMs: WITHIN_MS });
    await abandonedTreeMayRemain();

    expect(failures(outcomes).join('\n')).to.equal('');
    expect(outcomes.length, 'runs').to.be.at.least(LEAST_RUNS);
    expect(count(outcomes, 'control survived'), 'controls').to.be.greaterThan(0);
    console.log(`        ${outcomes.length} runs, ${count(outcomes, 'dead')} proven dead`);
  });
});
