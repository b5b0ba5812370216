// The limits of a job of holdfast/native: what is none is named before the kernel sees it.

import { expect } from 'chai';

import { checkedLimits, withCheckedLimits } from '#lib/addon/job.js';
import type { Job, JobLimits } from '#lib/addon/binding.js';

const ACCEPTED: readonly JobLimits[] = [
  {},
  { memory: undefined, processes: undefined, cpu: undefined },
  { memory: 1, processes: 1, cpu: 0.01 },
  { memory: Number.MAX_SAFE_INTEGER, processes: 2 ** 32 - 1, cpu: 512 },
];

const MISTAKES: readonly [unknown, string][] = [
  [undefined, 'limits: expected an object, got undefined (undefined)'],
  [[], 'limits: expected an object, got an array (array)'],
  [{ memoryBytes: 1 }, 'limits: expected only the limits memory, processes, cpu, got "memoryBytes" (string)'],
  [{ memory: 0 }, 'limits.memory: expected an integer from 1 to 9007199254740991, got 0 (number)'],
  [{ memory: '1G' }, 'limits.memory: expected an integer from 1 to 9007199254740991, got "1G" (string)'],
  [{ memory: null }, 'limits.memory: expected an integer from 1 to 9007199254740991, got null (null)'],
  [{ processes: 1.5 }, 'limits.processes: expected an integer from 1 to 4294967295, got 1.5 (number)'],
  [{ processes: 2 ** 32 }, 'limits.processes: expected an integer from 1 to 4294967295, got 4294967296 (number)'],
  [{ cpu: 0 }, 'limits.cpu: expected cores as a positive number, got 0 (number)'],
  [{ cpu: NaN }, 'limits.cpu: expected cores as a positive number, got NaN (number)'],
  [{ cpu: Infinity }, 'limits.cpu: expected cores as a positive number, got Infinity (number)'],
];

describe('the limits of a job', () => {
  for (const limits of ACCEPTED) {
    it(`may be ${JSON.stringify(limits)}`, () => {
      const { memory, processes, cpu } = limits;

      expect(checkedLimits(limits)).to.deep.equal({ memory, processes, cpu });
    });
  }

  for (const [limits, message] of MISTAKES) {
    it(`are not ${message.slice(message.indexOf('got ') + 4)} (${message.slice(0, message.indexOf(':'))})`, () => {
      const mistake = expect(() => checkedLimits(limits)).to.throw(TypeError, message);

      mistake.with.property('code', 'ERR_HOLDFAST_INVALID_OPTION');
    });
  }

  it('come to the job only when they are some', () => {
    const came: JobLimits[] = [];
    const job = withCheckedLimits({ limit: (limits: JobLimits) => came.push(limits) } as unknown as Job);

    expect(() => { job.limit({ cpus: 2 } as never); }).to.throw(TypeError);
    job.limit({ cpu: 2 });

    expect(came).to.deep.equal([{ memory: undefined, processes: undefined, cpu: 2 }]);
  });
});
