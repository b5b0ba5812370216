// A signal to the process group of the front has reached the command already, which is in that group: the front does
// not pass it on. So do shells with job control, terminals, timeout(1) and whoever starts with `detached`.

import { expect } from 'chai';
import { writeFileSync } from 'node:fs';

import { eventually } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism, itIf, whyNo } from '../support/mechanisms.js';
import { identityOf, processLine } from '../support/proc.js';
import { useScene, type Started } from '../support/scene.js';
import { LEFT, MARKER, SignalLog, clockMs, send, sendToGroup, type Signal } from '../support/signal-log.js';

const SIGNALS: readonly Signal[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH', 'SIGTERM'] as const),
];

const GRACE_MS = 1200;

/** A member in the group of the root, and one in a session of its own. */
const FAMILY = '"$0" "$1" catch & setsid "$0" "$2" catch & exec "$0" "$3" catch';

/** A job whose first process stops when it has two children, and goes on when there is a file of the name $0. */
const STOP_EARLY = `
set -m; "$@" & front=$!; echo $front
until read -r witness guard <"/proc/$front/task/$front/children"; [ "$guard" ]; do kill -0 $front || exit; done
kill -STOP $front
until [ -e "$0" ]; do sleep 0.02; done
kill -CONT $front; until wait $front; code=$?; [ $code -lt 128 ]; do :; done; exit $code`;

type Prefix = (options: readonly string[], command: readonly string[]) => readonly string[];

const PLAIN: Prefix = (_, command) => command;

describe('a signal to the group of the front', () => {
  const scene = useScene();

  async function startGroup(log: SignalLog, argv: readonly string[]): Promise<Started> {
    const started = scene().start(argv, { detached: true });
    await log.up();
    return started;
  }

  describe('without the front', () => {
    promises(PLAIN);
  });
  forEachMechanism((mechanism) => {
    const behindFront: Prefix = (options, command) => frontArgv(['--mechanism', mechanism, ...options], command);
    promises(behindFront);

    // Stopped as soon as it has made its guard, the front hears of both when it goes on.
    itIf(whyNo('bash'), 'reaches the command once that runs before the front has heard of it', async () => {
      const log = new SignalLog(scene(), 'root', 'catch');
      const go = scene().path('go');
      const argv = ['bash', '-c', STOP_EARLY, go, ...behindFront([], log.argv)];
      const job = scene().start(argv, { stdio: ['ignore', 'pipe', 'pipe'] });
      await log.up();
      const front = identityOf(Number(await eventually('the front is there', () => /^(\d+)$/m.exec(job.output)?.[1])));

      sendToGroup('SIGUSR1', front);
      await log.sees('SIGUSR1');
      writeFileSync(go, '');
      await eventually('the front goes on', () => processLine(front.pid)?.state !== 'T');
      send(MARKER, front);
      await eventually('the mark has come', () => log.seen().includes(MARKER));

      log.letLeave();
      expect((await job.ended()).code).to.equal(LEFT);
      expect(log.seen().filter((one) => one !== 'SIGCONT')).to.deep.equal(['SIGUSR1', MARKER]);
    });

    it('SIGTERM comes once to each member of the group, and at half of the grace to who is outside', async () => {
      const [inside, outside, root] = ['inside', 'outside', 'root'].map((name) => new SignalLog(scene(), name, 'catch'));
      if (inside === undefined || outside === undefined || root === undefined) throw new Error('three are needed');
      const [program = ''] = root.argv;
      const family = ['sh', '-c', FAMILY, program, inside.path, outside.path, root.path];
      const front = await startGroup(root, behindFront(['--grace', `${GRACE_MS}ms`], family));
      for (const log of [inside, outside]) await log.up();

      const asked = clockMs(); // the root may take it late
      sendToGroup('SIGTERM', front.identity);
      await outside.sees('SIGTERM');

      expect([inside, root].map((log) => log.seen())).to.deep.equal([['SIGTERM'], ['SIGTERM']]);
      expect(outside.timeOf('SIGTERM') - asked).to.be.at.least(GRACE_MS / 2);
      for (const log of [inside, outside, root]) log.letLeave();
      expect((await front.ended()).code).to.equal(LEFT);
      for (const log of [inside, outside, root]) expect(log.seen()).to.deep.equal(['SIGTERM']);
    });
  });

  function promises(prefix: Prefix): void {
    it('reaches the command once, whichever it is', async () => {
      const log = new SignalLog(scene(), 'root', 'catch');
      const started = await startGroup(log, prefix(['--grace', '60s'], log.argv));

      for (const [index, signal] of SIGNALS.entries()) {
        sendToGroup(signal, started.identity);
        send(MARKER, started.identity);
        await log.sees(...SIGNALS.slice(0, index + 1).flatMap((one) => [one, MARKER] as const));
      }

      log.letLeave();
      expect(await started.ended()).to.deep.equal({ code: LEFT, signal: null });
      expect(log.seen()).to.have.length(2 * SIGNALS.length);
    });

    it('reaches the command twice when it is sent again after the first was seen', async () => {
      const log = new SignalLog(scene(), 'root', 'catch');
      const started = await startGroup(log, prefix(['--grace', '60s'], log.argv));

      sendToGroup('SIGINT', started.identity);
      await log.sees('SIGINT');
      sendToGroup('SIGINT', started.identity);
      await log.sees('SIGINT', 'SIGINT');
      send(MARKER, started.identity); // within 5 ms, from who is not known, the next SIGINT counts as the same
      await log.sees('SIGINT', 'SIGINT', MARKER);
      send('SIGINT', started.identity);
      await log.sees('SIGINT', 'SIGINT', MARKER, 'SIGINT');

      log.letLeave();
      expect((await started.ended()).code).to.equal(LEFT);
    });

    // Once timeout(1) tells its child, and once the group: what runs plainly sees one or two.
    itIf(whyNo('timeout'), 'comes from timeout(1) at its time, and lets the command have its clean end', async () => {
      const log = new SignalLog(scene(), 'root', 'clean');
      const command = prefix(['--grace', '60s'], log.argv);
      const started = await startGroup(log, ['timeout', '10m', ...command]);

      send('SIGALRM', started.identity); // as its own timer does, timer_create(2)

      expect(await started.ended()).to.deep.equal({ code: 124, signal: null });
      expect(log.has('clean')).to.equal(true);
      if (prefix === PLAIN) expect(log.seen()[0]).to.equal('SIGTERM');
      else expect(log.seen()).to.deep.equal(['SIGTERM']);
    });

    itIf(whyNo('bash'), 'comes from a shell that ends its job, and lets the command have its clean end', async () => {
      const log = new SignalLog(scene(), 'root', 'clean');
      const command = prefix(['--grace', '60s'], log.argv);
      const script = 'set -m; "$@" & read line; kill -TERM %1; wait %1; echo "code=$?"';
      const shell = scene().start(['bash', '-c', script, 'bash', ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
      await log.up();

      shell.child.stdin?.write('go\n');
      await eventually('the job has ended', () => /^code=/m.test(shell.output));

      expect(shell.output).to.match(new RegExp(`^code=${LEFT}$`, 'm'));
      expect(log.has('clean')).to.equal(true);
      expect(log.seen()).to.deep.equal(['SIGTERM']);
      await shell.ended();
    });
  }
});
