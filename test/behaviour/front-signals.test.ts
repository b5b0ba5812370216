// A signal that is sent to the front alone reaches the command once and as it is, as often as it is sent; SIGTERM asks
// the whole tree to end besides. Whoever signals every process of a tree, front and guard included, meant the command
// once. The plain command is the control.

import { expect } from 'chai';

import { eventually } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { lineage, processLine } from '../support/proc.js';
import { useScene, type Started } from '../support/scene.js';
import { LEFT, MARKER, REAL_TIME, SignalLog, send, type Signal } from '../support/signal-log.js';

const HARMLESS: readonly Signal[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGWINCH', 'SIGPIPE', 'SIGCONT'] as const),
  ...(['SIGURG', 'SIGIO', 'SIGPWR', 'SIGVTALRM', 'SIGPROF', 'SIGXCPU', 'SIGTSTP'] as const),
  REAL_TIME,
];

const TWICE: readonly Signal[] = ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGCONT', 'SIGTSTP', REAL_TIME, 'SIGTERM'];

const DEADLY: readonly NodeJS.Signals[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGPIPE', 'SIGTERM'] as const),
  ...(['SIGIO', 'SIGPWR', 'SIGVTALRM', 'SIGPROF', 'SIGXCPU'] as const),
];

/** To every process of a tree, whose guard takes these for nothing. */
const TO_ALL: readonly Signal[] = ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTERM'];

type Prefix = (options: readonly string[], command: readonly string[]) => readonly string[];

const PLAIN: Prefix = (_, command) => command;

describe('a signal to the front', () => {
  const scene = useScene();

  /** Starts the program that notes its signals. */
  async function start(log: SignalLog, argv: readonly string[]): Promise<Started> {
    const started = scene().start(argv, { cwd: scene().directory });
    await log.up();
    return started;
  }

  async function endsByItself(log: SignalLog, started: Started): Promise<void> {
    log.letLeave();
    expect(await started.ended()).to.deep.equal({ code: LEFT, signal: null });
  }

  describe('without the front', () => {
    promises(PLAIN);
  });
  forEachMechanism((mechanism) => {
    const behindFront: Prefix = (options, command) => frontArgv(['--mechanism', mechanism, ...options], command);
    promises(behindFront);

    it('SIGTERM reaches the command once, and ends it after the grace', async () => {
      const log = new SignalLog(scene(), 'root', 'catch');
      const front = await start(log, behindFront(['--grace', '200ms'], log.argv));

      send('SIGTERM', front.identity);

      expect(await front.ended()).to.deep.equal({ code: null, signal: 'SIGKILL' });
      expect(log.seen()).to.deep.equal(['SIGTERM']);
    });

    for (const order of ['top down', 'bottom up'] as const) {
      it(`and to guard and command one by one, ${order}, reaches the command once`, async () => {
        const log = new SignalLog(scene(), 'root', 'catch');
        const front = await start(log, behindFront(['--grace', '60s'], log.argv));
        const upwards = lineage(log.identity(), front.identity);
        const everybody = order === 'top down' ? [...upwards].reverse() : upwards;

        for (const [index, signal] of TO_ALL.entries()) {
          send(signal, ...everybody);
          send(MARKER, front.identity);
          await log.sees(...TO_ALL.slice(0, index + 1).flatMap((one) => [one, MARKER] as const));
        }

        await endsByItself(log, front);
        expect(log.seen()).to.have.length(2 * TO_ALL.length);
      });
    }
  });

  function promises(prefix: Prefix): void {
    it('reaches the command once, whichever it is, and ends nothing', async () => {
      const log = new SignalLog(scene(), 'root', 'catch');
      const started = await start(log, prefix(['--grace', '1ms'], log.argv));

      for (const [index, signal] of HARMLESS.entries()) {
        send(signal, started.identity);
        await log.sees(...HARMLESS.slice(0, index + 1));
      }
      send(MARKER, started.identity);

      await log.sees(...HARMLESS, MARKER);
      await endsByItself(log, started);
      expect(log.seen()).to.deep.equal([...HARMLESS, MARKER]);
    });

    it('reaches the command twice when it is sent again after the first was seen', async () => {
      const log = new SignalLog(scene(), 'root', 'catch');
      const started = await start(log, prefix(['--grace', '60s'], log.argv));
      const sent = TWICE.flatMap((signal) => [signal, signal]);

      for (const [index, signal] of sent.entries()) {
        send(signal, started.identity);
        await log.sees(...sent.slice(0, index + 1));
      }

      await endsByItself(log, started);
      expect(log.seen()).to.deep.equal(sent);
    });
  }

  it('and to guard and command one by one reaches the command as often as somebody does that', async () => {
    const log = new SignalLog(scene(), 'root', 'catch');
    const front = await start(log, frontArgv(['--grace', '60s'], log.argv));
    const everybody = lineage(log.identity(), front.identity);

    for (const times of [1, 2, 3]) {
      send('SIGINT', ...everybody);
      send(MARKER, front.identity);
      await log.sees(...Array.from({ length: times }, () => ['SIGINT', MARKER] as const).flat());
    }

    await endsByItself(log, front);
  });

  it('reaches a command that asks for its signals instead of catching them', async () => {
    const log = new SignalLog(scene(), 'root', 'block');
    const front = await start(log, frontArgv(['--grace', '60s'], log.argv));

    for (const signal of ['SIGINT', 'SIGUSR1', 'SIGTERM', MARKER] as const) send(signal, front.identity);
    await eventually('all have come', () => log.seen().length >= 4);

    await endsByItself(log, front);
    expect([...log.seen()].sort()).to.deep.equal(['SIGINT', 'SIGUSR1', 'SIGTERM', MARKER].sort());
  });

  for (const signal of DEADLY) {
    it(`${signal} kills both when it kills the command`, async () => {
      const log = new SignalLog(scene(), 'root', 'default');
      const control = new SignalLog(scene(), 'control', 'default');
      const front = await start(log, frontArgv([], log.argv));
      const plain = await start(control, control.argv);

      send(signal, front.identity);
      send(signal, plain.identity);

      expect(await plain.ended()).to.deep.equal({ code: null, signal });
      expect(await front.ended()).to.deep.equal({ code: null, signal });
    });
  }

  it('SIGTSTP stops both when it stops the command, and SIGCONT lets both go on', async () => {
    const log = new SignalLog(scene(), 'root', 'default');
    const front = await start(log, frontArgv([], log.argv));
    const root = log.identity();
    const stopped = (): boolean[] => [root, front.identity].map(({ pid }) => processLine(pid)?.state === 'T');

    send('SIGTSTP', front.identity);
    await eventually('both are stopped', () => stopped().every((one) => one));
    send('SIGCONT', front.identity);
    await eventually('both go on', () => !stopped().includes(true));

    log.letLeave();
    expect(await front.ended()).to.deep.equal({ code: LEFT, signal: null });
  });
});
