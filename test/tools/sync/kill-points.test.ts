// SIGKILL after each system call by which a sync changes a file or the network, one after the other: nothing is lost,
// nothing is sent twice. Chance chooses among more of them in `npm run test:sync-kills`.

import { expect } from 'chai';

import { useScene } from '../../support/scene.js';
import { keepsAndHangsUp, useFakeRemote } from './fake-remote.js';
import { killedSync } from './killed-sync.js';

const MORE_THAN_THERE_ARE = 200;

describe('a sync that is killed', () => {
  const scene = useScene();
  const remote = useFakeRemote();

  it('after any call that changes a file or the network has lost nothing and doubled nothing', async () => {
    const calls: string[] = [];

    for (let afterCall = 1; afterCall < MORE_THAN_THERE_ARE; afterCall += 1) {
      const call = await killedSync(scene(), remote(), `run-${afterCall}`, { afterCall, goodItems: 1, replies: [] });
      if (call === undefined) break;
      calls.push(call);
    }

    expect(calls, calls.join(' ')).to.include.members(['flock', 'connect', 'rename', 'fsync', 'open']);
    expect(calls).to.have.length.within(15, MORE_THAN_THERE_ARE - 2);
  });

  it('or hung up on after the remote had kept the item, sends it again and has it once', async () => {
    const replies = [keepsAndHangsUp, keepsAndHangsUp];

    expect(await killedSync(scene(), remote(), 'hung-up', { afterCall: 1000, goodItems: 2, replies })).to.equal(undefined);
  });
});
