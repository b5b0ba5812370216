// SIGKILL after each system call by which a save changes a file, one after the other: nothing is lost, nothing is
// saved twice, and no record is half written. Chance chooses among more of them in `npm run test:save-kills`.

import { expect } from 'chai';

import { useScene } from '../../support/scene.js';
import { killedSave } from './killed-save.js';
import { Repository } from './repository.js';

const MORE_THAN_THERE_ARE = 200;

describe('a save that is killed', () => {
  const scene = useScene();

  for (const by of ['save now', 'save-check'] as const) {
    it(`after any call by which ${by} changes a file has lost nothing, doubled nothing and halved nothing`, async () => {
      const repository = Repository.create(scene().path('app'));
      const calls: string[] = [];

      for (let afterCall = 1; afterCall < MORE_THAN_THERE_ARE; afterCall += 1) {
        const call = await killedSave(scene(), repository, `run-${afterCall}`, { afterCall, before: afterCall % 2, by });
        if (call === undefined) break;
        calls.push(call);
      }

      expect(calls, calls.join(' ')).to.include.members(['mkdir', 'open', 'write', 'fsync', 'rename']);
      expect(calls).to.have.length.within(15, MORE_THAN_THERE_ARE - 2);
    });
  }
});
