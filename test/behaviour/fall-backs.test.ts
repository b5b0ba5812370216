// spawnContained() on a kernel or in a container that lacks a call: held by a fall-back or refused.

import { expect } from 'chai';
import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';

import { leaveFree } from '../support/contained.js';
import { fixture } from '../support/fixtures.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachPath } from '../support/library.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner, startRefusedOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';

// Not clone3 with EPERM: glibc starts no thread then, so Node itself does not run.
const DENIALS: readonly (readonly [calls: string, error: 'ENOSYS' | 'EPERM'])[] = [
  ['clone3', 'ENOSYS'],
  ['pidfd_open', 'ENOSYS'],
  ['pidfd_open', 'EPERM'],
  ['pidfd_send_signal', 'EPERM'],
  ['close_range', 'ENOSYS'],
  ['close_range', 'EPERM'],
  ['clone3,pidfd_open,pidfd_send_signal,close_range', 'ENOSYS'],
];

describe('spawnContained() where a call is missing', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const [calls, error] of DENIALS) {
      const through = (): string[] => [fixture('deny'), calls, error, '--'];
      if (mechanism === 'namespace' && calls.includes('pidfd_open')) {
        it(`refuses without ${calls} (${error})`, async () => {
          const cast = scene().cast({ technique: 'setsid' });
          const refusal = await startRefusedOwner(scene(), cast, { through: through(), containment: { mechanism } });

          expect(refusal).to.contain('ERR_HOLDFAST_MECHANISM_UNAVAILABLE').and.contain('pidfd_open');
        });
      } else {
        it(`ends with its owner without ${calls} (${error})`, async () => {
          const control = await leaveFree(scene(), { technique: 'setsid' });
          const cast = scene().cast({ technique: 'setsid' });
          const owner = await startOwner(scene(), cast, { through: through(), containment: { mechanism } });

          await owner.come('SIGKILL');
          await owner.ended();

          await cast.provenDead(control);
          await abandonedTreeMayRemain();
        });
      }
    }
  });
});

describe('a mechanism of another system', () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', note);
  });
  afterEach(() => process.off('warning', note));

  forEachPath(({ spawnContained, ContainmentError }) => {
    it('is refused as a system error is, and without a warning', async () => {
      const attempt = (): unknown => spawnContained('true', [], { containment: { mechanism: 'job' } });

      expect(attempt)
        .to.throw(ContainmentError, 'job')
        .that.includes({ code: 'ERR_HOLDFAST_MECHANISM_UNAVAILABLE', errno: -constants.errno.ENOTSUP })
        .and.has.property('syscall');
      await setImmediate(); // a warning comes in a later turn
      expect(warnings).to.deep.equal([]);
    });
  });
});
