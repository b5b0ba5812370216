// How long a guard that says nothing is left alone: by what it is doing. The seconds are told to the watch.

import { expect } from 'chai';
import { constants } from 'node:os';
import { mock } from 'node:test';

import { GuardWatch } from '#lib/tree/guard-watch.js';

import { eventually } from '../support/eventually.js';
import { processLine, type ProcessIdentity } from '../support/proc.js';
import { useScene, type Started } from '../support/scene.js';

const SURVIVOR = 'survivor 1 1 alive somebody';

describe('the watch over an end that was asked for', () => {
  const started: Started[] = [];
  afterEach(() => {
    mock.timers.reset();
    for (const one of started.splice(0)) one.kill('SIGKILL');
  });
  const scene = useScene();

  async function inState(state: string, argv: readonly string[], signo?: NodeJS.Signals): Promise<ProcessIdentity> {
    const one = scene().start(argv);
    started.push(one);
    if (signo !== undefined) one.kill(signo);
    const { pid } = one.identity;
    await eventually(`${argv.join(' ')} is in state ${state}`, () => processLine(pid)?.state === state);
    return one.identity;
  }

  function watchOver({ pid, startTime }: ProcessIdentity): { watch: GuardWatch; told: readonly string[] } {
    const told: string[] = [];
    const watch = new GuardWatch({
      id: 'f'.repeat(20), // of no tree
      guard: { pid, startTime: BigInt(startTime) },
      ping: () => undefined,
      signalRoot: () => -constants.errno.ESRCH,
      endGuard: () => undefined,
      tell: (lines) => void told.push(...lines),
      giveUp: () => undefined,
    });
    return { watch, told };
  }

  const spinning = ['sh', '-c', 'while :; do :; done'];
  const PATIENCE: readonly (readonly [what: string, seconds: number, start: () => Promise<ProcessIdentity>])[] = [
    ['stopped', 2, () => inState('T', ['sleep', '1000'], 'SIGSTOP')],
    ['waiting for something', 10, () => inState('S', ['sleep', '1000'])],
    ['waiting for a processor, or has it', 60, () => inState('R', spinning)],
  ];
  for (const [what, seconds, start] of PATIENCE) {
    it(`waits ${seconds} s for a guard that is ${what}`, async () => {
      const { watch, told } = watchOver(await start());
      mock.timers.enable({ apis: ['setInterval'] });
      watch.begin({ signo: constants.signals.SIGKILL, graceMs: 0 });

      mock.timers.tick((seconds - 1) * 1000);
      expect(watch.withholds(SURVIVOR), 'somebody stands in already').to.equal(false);
      mock.timers.tick(1000);
      expect(watch.withholds(SURVIVOR), 'nobody stands in').to.equal(true);
      mock.timers.reset();
      await eventually('what was withheld is told, as nobody could stand in', () => told.length > 0);
      watch.stop();
    });
  }
});
