// The front stops when its command stops, so that the shell sees it; no end of the tree waits for somebody to
// continue it.

import { expect } from 'chai';

import { holdfast } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { guardsBelow } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { isAlive, processLine } from '../support/proc.js';
import { endProcesses, useScene, type Scene, type Started } from '../support/scene.js';

const STOP_AS_ROOT = ['sh', '-c', '"$@" & kill -STOP $$; wait', 'sh'] as const;

interface End {
  readonly title: string;
  readonly options: readonly string[];
  readonly come: (scene: Scene, front: Started) => Promise<unknown>;
  readonly outcome: { readonly code: number | null; readonly signal: string | null };
}

const ENDS: readonly End[] = [
  {
    title: 'its timeout',
    options: ['--timeout', '2s', '--grace', '10ms'],
    come: () => Promise.resolve(),
    outcome: { code: 124, signal: null },
  },
  {
    title: 'holdfast kill',
    options: ['--label', 'stopped'],
    come: (scene) => holdfast(scene, ['kill', 'stopped']),
    outcome: { code: null, signal: 'SIGKILL' },
  },
  {
    title: 'the end of its guard',
    options: [],
    come: async (_, { identity }) => {
      const guards = await guardsBelow(identity.pid);
      await endProcesses(() => guards.filter((one) => isAlive(one) && processLine(one.pid)?.ppid === identity.pid));
    },
    outcome: { code: 125, signal: null },
  },
];

describe('a front that stopped with its command', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const { title, options, come, outcome } of ENDS) {
      it(`goes on after ${title}`, async () => {
        const control = scene().control({ technique: 'setsid' });
        const plain = await scene().startUncontained(control, [...STOP_AS_ROOT, ...control.argv]);
        const cast = scene().cast({ technique: 'setsid' });
        const argv = frontArgv(['--mechanism', mechanism, ...options], [...STOP_AS_ROOT, ...cast.argv]);
        const front = scene().startHolding(cast, argv);
        await cast.ready();
        await control.ready();
        await eventually('the front is stopped', () => processLine(front.identity.pid)?.state === 'T');

        await come(scene(), front);

        expect(await front.ended()).to.deep.equal(outcome);
        await cast.provenDead(control);
        await plain.killOwner();
      });
    }
  });
});
