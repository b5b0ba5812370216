// The link of the portable path, to a guard that does not answer.

import { expect } from 'chai';
import { constants } from 'node:os';

import { binding } from '#lib/addon/load.js';
import { PortableTreeLink } from '#lib/spawn/portable/portable-tree-link.js';

const { SIGCONT, SIGKILL } = constants.signals;
const DEADLINE_MS = 200;
const MORE_THAN_FITS = 8 << 20;

describe('a guard that does not answer on the portable path', () => {
  for (const [what, bytes] of [['an answer', 1], ['somebody who takes the request', MORE_THAN_FITS]] as const) {
    it(`is not waited for longer than its time for ${what}: it is continued, and then ended`, () => {
      const [near, far] = binding().stdioPair('plain');
      const sent: number[] = [];
      const guard = { signal: (signo: number) => sent.push(signo), recover: () => Promise.resolve([]) };

      const start = { request: new Uint8Array(bytes), deadlineMs: DEADLINE_MS };

      expect(() => new PortableTreeLink(near, guard, start)).to.throw().with.property('code', 'ETIMEDOUT');
      expect(sent.at(-1)).to.equal(SIGKILL);
      expect(sent.slice(0, -1)).to.include(SIGCONT).and.not.include(SIGKILL);
      binding().closeEnd(far);
    });
  }
});
