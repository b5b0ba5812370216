// Many fronts and their guards are killed in the same instant: one `holdfast cleanup` ends all that they leave,
// and a second one finds nothing to do.

import { expect } from 'chai';

import { holdfast } from '../support/command.js';
import { leaveFree } from '../support/contained.js';
import { crashTogether } from '../support/crash.js';
import { guards, records } from '../support/leaks.js';
import { whyUnavailable } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';

const TREES = amountOf({ usually: 50, thoroughly: 200 });

describe('many crashes at once', () => {
  const scene = useScene();

  for (const mechanism of (['cgroup', 'subreaper'] as const).filter((one) => whyUnavailable(one) === undefined)) {
    it(`are recovered by one cleanup, held by ${mechanism}`, async () => {
      const control = await leaveFree(scene(), { technique: 'setsid' });
      const { cast } = await crashTogether(scene(), TREES, ['--mechanism', mechanism]);

      const begun = performance.now();
      const first = await holdfast(scene(), ['cleanup', '--json']);
      const tookMs = Math.round(performance.now() - begun);
      const second = await holdfast(scene(), ['cleanup']);

      console.log(`      recovery of ${TREES} trees held by ${mechanism}: ${tookMs} ms`);
      await cast.provenDead(control);
      await control.provenAlive();
      expect(first.code).to.equal(0);
      expect(first.listed('trees').filter(({ action }) => action === 'ended')).to.have.length(TREES);
      expect(second).to.include({ code: 0, output: 'nothing to clean up\n' });
      expect(records()).to.deep.equal([]);
      expect(guards()).to.deep.equal([]);
    });
  }
});
