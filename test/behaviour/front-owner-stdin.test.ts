// `--owner stdin`: the tree ends when nobody can write to it any more, and when it has read what was written. It has
// the time to end by its own end of file, then SIGTERM, then SIGKILL, before an impatient caller would lose patience.

import { expect } from 'chai';
import { existsSync, writeFileSync } from 'node:fs';

import { eventually } from '../support/eventually.js';
import { frontAbove, frontArgv } from '../support/front.js';
import { forEachMechanism, itIf } from '../support/mechanisms.js';
import { isAlive } from '../support/proc.js';
import { useScene, type Started } from '../support/scene.js';
import { LEFT, MARKER, SignalLog, send } from '../support/signal-log.js';
import { useTerminal, whyNoTmux } from '../support/tmux.js';

const MOST_PATIENT_MS = 1800;
const OWNED = ['--owner', 'stdin'];

/** A pipe, and not the pair of sockets that Node gives. Its writer ends with its own stdin. */
const THROUGH_PIPE = ['sh', '-c', 'cat | "$@"', 'sh'];

const LONG_REQUEST = ['printf', '%060000d', '0'];

type Words = readonly string[];

describe('stdin as the owner of a tree', () => {
  const openTerminal = useTerminal();
  const scene = useScene();

  function start(argv: Words): Started {
    return scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  async function startLog(log: SignalLog, through: Words, argv: Words): Promise<Started> {
    const started = start([...through, ...argv]);
    await log.up();
    return started;
  }

  function hangUp({ child }: Started): void {
    child.stdin?.destroy();
  }

  /** A hang-up has been noticed and dealt with elsewhere meanwhile. */
  async function witness(): Promise<void> {
    const log = new SignalLog(scene(), 'witness', 'clean');
    const started = await startLog(log, THROUGH_PIPE, frontArgv(OWNED, log.argv));
    hangUp(started);
    await started.ended();
  }

  forEachMechanism((mechanism) => {
    const owned = ['--mechanism', mechanism, ...OWNED];

    it('lets the command end by its own end of file', async () => {
      const command = ['sh', '-c', 'echo up; cat; exit 5'];
      const started = start([...THROUGH_PIPE, ...frontArgv(owned, command)]);
      await eventually('the command is up', () => started.output === 'up\n');

      started.child.stdin?.end('the last words');

      expect(await started.ended()).to.deep.equal({ code: 5, signal: null });
      await eventually('it has read everything', () => started.output === 'up\nthe last words');
    });
  });

  it('ends what ignores both the end of file and SIGTERM', async () => {
    const control = new SignalLog(scene(), 'control', 'ignore');
    const plain = await startLog(control, THROUGH_PIPE, control.argv);
    const log = new SignalLog(scene(), 'root', 'ignore');
    const started = await startLog(log, THROUGH_PIPE, frontArgv(OWNED, log.argv));

    const begun = performance.now();
    hangUp(plain);
    hangUp(started);
    const ended = await started.ended();

    expect(performance.now() - begun).to.be.below(MOST_PATIENT_MS);
    expect(ended.code).to.equal(128 + 9);
    expect([log.isAlive(), control.isAlive()]).to.deep.equal([false, true]);
    control.letLeave();
    expect((await plain.ended()).code).to.equal(LEFT);
  });

  const HANG_UPS: readonly { title: string; through: Words; come: (started: Started) => void }[] = [
    { title: 'a pipe whose writer ends', through: THROUGH_PIPE, come: hangUp },
    { title: 'a socket whose far end is closed', through: [], come: hangUp },
    { title: 'a socket whose far end writes no more', through: [], come: ({ child }) => child.stdin?.end() },
  ];
  for (const { title, through, come } of HANG_UPS) {
    it(`asks who does not end by itself to end: ${title}`, async () => {
      const log = new SignalLog(scene(), 'root', 'clean');
      const started = await startLog(log, through, frontArgv(OWNED, log.argv));

      come(started);

      expect(await started.ended()).to.deep.equal({ code: LEFT, signal: null });
      expect(log.seen()).to.deep.equal(['SIGTERM']);
      expect(log.has('clean')).to.equal(true);
    });
  }

  itIf(whyNoTmux(), 'asks who does not end by itself to end: a terminal that is closed', async () => {
    const log = new SignalLog(scene(), 'root', 'clean');
    const terminal = await openTerminal(scene());
    // In a session of its own, so that SIGHUP does not come from the terminal (setsid(2)).
    terminal.type(`setsid ${frontArgv(OWNED, log.argv).join(' ')}`);
    await log.up();
    const processes = [log.identity(), frontAbove(log.identity())];

    terminal.close();
    await eventually('front and command have ended', () => !processes.some(isAlive));

    expect(log.seen()).to.deep.equal(['SIGTERM']);
    expect(log.has('clean')).to.equal(true);
  });

  for (const request of [['printf', 'request'], LONG_REQUEST]) {
    it(`waits until what was written is read: ${request.join(' ')}`, async () => {
      const [up, go] = ['up', 'go'].map((name) => scene().path(name));
      const command = ['sh', '-c', `: >${up ?? ''}; until [ -e ${go ?? ''} ]; do sleep 0.02; done; cat`];
      const started = start(['sh', '-c', `${request.join(' ')} | "$@"`, 'sh', ...frontArgv(OWNED, command)]);
      await eventually('the command is up', () => existsSync(up ?? ''));

      await witness();
      writeFileSync(go ?? '', '');

      expect(await started.ended()).to.deep.equal({ code: 0, signal: null });
      const expected = request === LONG_REQUEST ? '0'.repeat(60_000) : 'request';
      await eventually('everything has come', () => started.output.length >= expected.length);
      expect(started.output === expected).to.equal(true);
    });
  }

  it('is whoever can write to it: a second process keeps the tree', async () => {
    const log = new SignalLog(scene(), 'root', 'clean');
    const holder = new SignalLog(scene(), 'holder', 'catch');
    const [program = '', ...words] = holder.argv;
    const script = `{ ${[program, ...words].join(' ')} & exec cat; } | "$@"`;
    const started = await startLog(log, ['sh', '-c', script, 'sh'], frontArgv(OWNED, log.argv));
    await holder.up();

    hangUp(started);
    await witness();
    send(MARKER, frontAbove(log.identity()));
    await log.sees(MARKER);
    holder.letLeave();

    expect(await started.ended()).to.deep.equal({ code: LEFT, signal: null });
    expect(log.seen()).to.deep.equal([MARKER, 'SIGTERM']);
  });

  const REFUSED: Readonly<Record<string, string>> = {
    '/dev/null': '</dev/null',
    'a file': '<"$0"',
    'closed': '<&-',
  };
  for (const [what, redirection] of Object.entries(REFUSED)) {
    it(`is refused with code 64 when it is ${what}`, async () => {
      writeFileSync(scene().path('file'), 'text');
      const command = frontArgv(OWNED, ['echo', 'must not run']);
      const run = scene().start(['sh', '-c', `"$@" ${redirection}`, scene().path('file'), ...command]);

      expect((await run.ended()).code).to.equal(64);
      expect(run.errors).to.match(/^holdfast: .*--owner stdin.*(pipe|socket|terminal)/);
      expect(run.output).to.equal('');
    });
  }

  describe('beside another process', () => {
    /** Two processes that can be ended, and the options that name them. */
    async function others(count: number): Promise<{ readonly logs: readonly SignalLog[]; readonly options: Words }> {
      const logs = Array.from({ length: count }, (_, index) => new SignalLog(scene(), `owner-${index}`, 'default'));
      for (const log of logs) scene().start(log.argv);
      for (const log of logs) await log.up();
      const named = logs.map((log) => log.identity()).map(({ pid, startTime }) => `${pid}:${startTime}`);
      return { logs, options: named.flatMap((name) => ['--owner', name]) };
    }

    for (const first of ['stdin', 'the process'] as const) {
      it(`ends the tree with the first that ends: ${first}`, async () => {
        const { logs, options } = await others(1);
        const log = new SignalLog(scene(), 'root', 'ignore');
        const started = await startLog(log, [], frontArgv([...OWNED, ...options], log.argv));

        if (first === 'stdin') hangUp(started);
        else for (const owner of logs) owner.letLeave();
        await started.ended();

        expect(log.isAlive()).to.equal(false);
        for (const owner of logs) owner.letLeave();
      });
    }

    for (const index of [0, 1]) {
      it(`ends the tree with the first of two processes that ends: number ${index + 1}`, async () => {
        const { logs, options } = await others(2);
        const log = new SignalLog(scene(), 'root', 'ignore');
        const started = await startLog(log, [], frontArgv(options, log.argv));

        logs[index]?.letLeave();
        await started.ended();

        expect(log.isAlive()).to.equal(false);
        for (const owner of logs) owner.letLeave();
      });
    }
  });
});
