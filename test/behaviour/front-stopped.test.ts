// The front stops when its command stops, so that the shell sees it, and goes on when the command does; no end of the
// tree waits for somebody to continue it.

import { expect } from 'chai';
import { writeFileSync } from 'node:fs';

import { holdfast } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { guardsBelow } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { isAlive, processLine } from '../support/proc.js';
import { endProcesses, useScene, type Scene, type Started } from '../support/scene.js';
import { LEFT, SignalLog, send, type How } from '../support/signal-log.js';

const STOP_AS_ROOT = ['sh', '-c', '"$@" & kill -STOP $$; wait', 'sh'] as const;

/** A command whose first process is sent a signal again and again, until there is a file of the name $0. */
const SIGNAL_OFTEN = '"$@" & echo $!; until [ -e "$0" ]; do kill -WINCH $!; sleep 0.01; done; wait $!';
const STOPS = 20;

/** From SIGTERM to a front that stands still until everything is gone, with the usual grace. */
const PATIENT_MS = 3000;

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

const ASKED: readonly { readonly how: How; readonly code: number | null; readonly signal: string | null }[] = [
  { how: 'clean', code: LEFT, signal: null },
  { how: 'default', code: null, signal: 'SIGTERM' },
  { how: 'ignore', code: null, signal: 'SIGKILL' },
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

    it('goes on when somebody else stops the command and lets it go on, as often as that happens', async () => {
      const { front, log } = await start('default');

      for (const look of ['first', 'second']) {
        send('SIGSTOP', log.identity());
        await eventually(`the front is stopped the ${look} time`, () => stateOf(front) === 'T');
        send('SIGCONT', log.identity());
        await eventually(`the front goes on the ${look} time`, () => stateOf(front) !== 'T');
      }
      log.letLeave();

      expect(await front.ended()).to.deep.equal({ code: LEFT, signal: null });
    });

    // What the guard asks its front about signals is no news that lets it go on.
    it('stays stopped with a command that somebody stops, whatever signals come meanwhile', async () => {
      const log = new SignalLog(scene(), 'root', 'default');
      const enough = scene().path('enough');
      const argv = ['sh', '-c', SIGNAL_OFTEN, enough, ...frontArgv(['--mechanism', mechanism], log.argv)];
      const job = scene().start(argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      await log.up();
      const front = Number(await eventually('the front is there', () => /^(\d+)$/m.exec(job.output)?.[1]));

      for (let round = 1; round <= STOPS; round += 1) {
        send('SIGSTOP', log.identity());
        await eventually(`the front is stopped for the ${round}. time`, () => processLine(front)?.state === 'T');
        send('SIGCONT', log.identity());
        await eventually(`the front goes on for the ${round}. time`, () => processLine(front)?.state !== 'T');
      }
      log.letLeave();
      writeFileSync(enough, '');

      expect(await job.ended()).to.deep.equal({ code: LEFT, signal: null });
    });

    it('ends as its command does that somebody kills while it is stopped', async () => {
      const { front, log } = await startStopped('default');

      send('SIGKILL', log.identity());

      expect(await front.ended()).to.deep.equal({ code: null, signal: 'SIGKILL' });
    });

    // What a command makes of signals is the same under each; one will do.
    for (const { how, code, signal } of mechanism === 'subreaper' ? ASKED : ASKED.slice(0, 1)) {
      it(`ends soon after SIGTERM, which lets a command go on that takes signals so: ${how}`, async () => {
        const { front, log } = await startStopped(how);

        const begun = performance.now();
        send('SIGTERM', front.identity);
        const ended = await front.ended();

        expect(performance.now() - begun).to.be.below(PATIENT_MS);
        expect(ended).to.deep.equal({ code, signal });
        expect(log.seen().filter((one) => one !== 'SIGCONT')).to.deep.equal(how === 'clean' ? ['SIGTERM'] : []);
      });
    }

    async function start(how: How): Promise<{ readonly front: Started; readonly log: SignalLog }> {
      const log = new SignalLog(scene(), 'root', how);
      const front = scene().start(frontArgv(['--mechanism', mechanism], log.argv));
      await log.up();
      return { front, log };
    }

    async function startStopped(how: How): ReturnType<typeof start> {
      const { front, log } = await start(how);
      send('SIGSTOP', log.identity());
      await eventually('the front is stopped', () => stateOf(front) === 'T');
      return { front, log };
    }
  });
});

function stateOf({ identity }: Started): string | undefined {
  return processLine(identity.pid)?.state;
}
