// Who started the front only to wait for it, a shell of `sh -c` or npx, is its caller: with such a caller the command
// ends as if the caller had passed SIGTERM on. Who goes on without waiting, and any other parent, may end as it likes.

import { expect } from 'chai';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { eventually, within } from '../support/eventually.js';
import { frontAbove, frontArgv } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { isAlive, type ProcessIdentity } from '../support/proc.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene, type Scene, type Started } from '../support/scene.js';
import { MARKER, SignalLog, send } from '../support/signal-log.js';

const SHELL = ['sh', '-c', '"$@"; :', 'sh'];

const CALLERS: Readonly<Record<string, readonly string[]>> = {
  'a shell that waits for it': SHELL,
  'a shell above another': [...SHELL, ...SHELL],
};

const NODE_PARENT = [
  ...[execPath, '-e'],
  'require("child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: "inherit" })',
];

/** These read a line, so that they live until they are killed. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'a shell that runs it in the background': ['sh', '-c', '"$@" & read line', 'sh'],
  'a shell that waits for what it runs in the background': ['sh', '-c', '"$@" & wait', 'sh'],
  'a Node program': NODE_PARENT,
};

/** Through Node, which forgets that the shell has let it ignore SIGINT. */
const FRONT_IN_NODE = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'run'];

/** So that some guards get their turn late. */
const AT_ONCE = 16;

type Words = readonly string[];

async function startBelow(scene: Scene, parent: Words, log: SignalLog, options: Words = []): Promise<Started> {
  const argv = [...parent, ...frontArgv(options, log.argv)];
  const started = scene.start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  await log.up();
  return started;
}

async function isOver(...processes: readonly ProcessIdentity[]): Promise<void> {
  await eventually('front and command have ended', () => !processes.some(isAlive));
}

describe('the caller of a front', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const [who, parent] of Object.entries(CALLERS)) {
      it(`ends it politely with its own end: ${who}`, async () => {
        const control = new SignalLog(scene(), 'control', 'clean');
        const plain = scene().start([...parent, ...control.argv]);
        await control.up();
        const log = new SignalLog(scene(), 'root', 'clean');
        const caller = await startBelow(scene(), parent, log, ['--mechanism', mechanism, '--grace', '60s']);
        const processes = [log.identity(), frontAbove(log.identity())];

        plain.kill('SIGKILL');
        caller.kill('SIGKILL');
        await isOver(...processes);

        expect(log.seen()).to.deep.equal(['SIGTERM']);
        expect(log.has('clean')).to.equal(true);
        expect([control.isAlive(), control.seen()]).to.deep.equal([true, []]);
        control.letLeave();
      });
    }
  });

  it('is missed also when it ends as soon as the command runs', async () => {
    const outer = ['sh', '-c', 'OUTER=$$ "$@"; :', 'sh', ...SHELL];
    const command = ['sh', '-c', 'kill -KILL "$OUTER"; exec sleep infinity'];

    const argv = [...outer, ...frontArgv(['--mechanism', 'subreaper'], command)];
    const callers = Array.from({ length: AT_ONCE }, () => scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] }));

    const closed = callers.map(async ({ child }) => once(child, 'close'));
    await within('nobody holds what they all write to', Promise.all(closed));
    expect(callers.map(({ child }) => child.signalCode)).to.deep.equal(Array(AT_ONCE).fill('SIGKILL'));
  });

  it('ends hard what does not end politely', async () => {
    const log = new SignalLog(scene(), 'root', 'ignore');
    const caller = await startBelow(scene(), SHELL, log, ['--grace', '100ms']);
    const processes = [log.identity(), frontAbove(log.identity())];

    caller.kill('SIGKILL');

    await isOver(...processes);
  });

  /** The end of a caller has been noticed and dealt with elsewhere meanwhile. */
  async function witness(): Promise<void> {
    const log = new SignalLog(scene(), 'witness', 'clean');
    const caller = await startBelow(scene(), SHELL, log);
    const processes = [log.identity(), frontAbove(log.identity())];
    caller.kill('SIGKILL');
    await isOver(...processes);
  }

  async function livesOn(log: SignalLog, front: ProcessIdentity): Promise<void> {
    await witness();
    send(MARKER, front);
    await log.sees(MARKER);
    const root = log.identity();
    log.letLeave();
    await isOver(root, front);
  }

  /** The command goes on when this process above its front has ended. */
  async function livesOnWithout(start: (log: SignalLog) => Promise<Started>): Promise<void> {
    const log = new SignalLog(scene(), 'root', 'catch');
    const started = await start(log);
    await log.up();
    const front = frontAbove(log.identity());

    started.kill('SIGKILL');
    await started.ended();

    await livesOn(log, front);
  }

  for (const [who, parent] of Object.entries(OTHERS)) {
    it(`is not ${who}: the command lives on without it`, async () => {
      await livesOnWithout((log) => startBelow(scene(), parent, log));
    });
  }

  it('is not a shell that runs it in the background, where neither has an input', async () => {
    const argv = ['sh', '-c', '"$@" & wait', 'sh', ...FRONT_IN_NODE, '--'];
    await livesOnWithout((log) => Promise.resolve(scene().start([...argv, ...log.argv])));
  });

  it('is not a shell that has gone on and ended', async () => {
    const log = new SignalLog(scene(), 'root', 'catch');
    const started = scene().start(['sh', '-c', '"$@" & exit', 'sh', ...frontArgv([], log.argv)]);
    await started.ended();
    await log.up();

    await livesOn(log, frontAbove(log.identity()));
  });

  it('is not a shell that runs a script from a file', async () => {
    writeFileSync(scene().path('script.sh'), '"$@"; :\n');
    await livesOnWithout((log) => startBelow(scene(), ['sh', scene().path('script.sh')], log));
  });

  it('is not a shell that reads its commands', async () => {
    await livesOnWithout((log) => {
      const argv = ['sh', '-s', ...frontArgv([], log.argv)];
      const started = scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
      started.child.stdin?.write('"$@" </dev/null; :\n');
      return Promise.resolve(started);
    });
  });
});
