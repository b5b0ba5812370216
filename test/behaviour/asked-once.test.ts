// Wrappers such as npm pass SIGTERM on to what they run, which is to see it once: so whoever takes SIGTERM answers for
// those below it. The guard asks them when nobody answers for them any more, or when half of the grace is over.

import { expect } from 'chai';
import { once } from 'node:events';
import { execPath } from 'node:process';

import { spawnContained } from '#lib/index.js';

import { eventually, within } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism, itIf, whyNo, type LinuxMechanism } from '../support/mechanisms.js';
import { useScene, type Scene } from '../support/scene.js';
import { LEFT, SignalLog, clockMs, send, type How } from '../support/signal-log.js';

const HALF_MS = 400;
/** Beyond all patience, so that nobody is asked in this time who is not asked at once. */
const ENDLESS_MS = 1_000_000;

type Words = readonly string[];

interface Asked {
  readonly ask: () => void;
  readonly ended: () => Promise<number | null>;
}

type Asker = (scene: Scene, mechanism: LinuxMechanism | 'auto', graceMs: number, argv: Words) => Asked;

const bySignal: Asker = (scene, mechanism, graceMs, argv) => {
  const front = scene.start(frontArgv(['--mechanism', mechanism, '--grace', `${graceMs}ms`], argv));
  return { ask: () => send('SIGTERM', front.identity), ended: async () => (await front.ended()).code };
};

const byTimeout: Asker = (scene, mechanism, graceMs, argv) => {
  const terms = ['--mechanism', mechanism, '--grace', `${graceMs}ms`, '--timeout', '1500ms'];
  const front = scene.start(frontArgv(terms, argv));
  return { ask: () => undefined, ended: async () => (await front.ended()).code };
};

const byLibrary: Asker = (_, mechanism, graceMs, [file = '', ...args]) => {
  const child = spawnContained(file, args, { stdio: 'ignore', containment: { mechanism, grace: graceMs } });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  return {
    ask: () => void child.tree.terminate(),
    ended: async () => {
      const [code] = await within('the root exits', exit);
      await within('the tree is empty', child.tree.empty);
      return code;
    },
  };
};

const ASKERS: Readonly<Record<string, { readonly asker: Asker; readonly code: number }>> = {
  'SIGTERM to the front': { asker: bySignal, code: LEFT },
  'tree.terminate()': { asker: byLibrary, code: LEFT },
  'a timeout': { asker: byTimeout, code: 124 },
};

const NODE_WRAPPER = `
  let child;
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child = require('child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code));
`;

describe('a polite end', () => {
  const scene = useScene();

  /** Whoever takes SIGTERM by itself is below somebody who passes it on. */
  async function isPassedOn(asker: Asker, mechanism: LinuxMechanism | 'auto', how: How): Promise<number | null> {
    const app = new SignalLog(scene(), 'app', how);
    const wrapper = new SignalLog(scene(), 'wrapper', 'forward', app.argv);
    const { ask, ended } = asker(scene(), mechanism, ENDLESS_MS, wrapper.argv);
    for (const log of [app, wrapper]) await log.up();

    ask();
    await app.sees('SIGTERM');
    await wrapper.sees('SIGTERM');
    send('SIGUSR1', wrapper.identity()); // is passed on as well, and comes after whatever came before
    await app.sees('SIGTERM', 'SIGUSR1');

    app.letLeave();
    const code = await ended();
    expect(app.seen()).to.deep.equal(['SIGTERM', 'SIGUSR1']);
    return code;
  }

  forEachMechanism((mechanism) => {
    it('comes once to a command whose wrapper passes it on', async () => {
      expect(await isPassedOn(bySignal, mechanism, 'catch')).to.equal(LEFT);
    });

    it('comes once, at half of the grace, to a command whose wrapper does not pass it on', async () => {
      const app = new SignalLog(scene(), 'app', 'catch');
      const wrapper = new SignalLog(scene(), 'wrapper', 'catch', app.argv);
      const { ask, ended } = bySignal(scene(), mechanism, 2 * HALF_MS, wrapper.argv);
      for (const log of [app, wrapper]) await log.up();

      const asked = clockMs(); // the wrapper may take it late
      ask();
      await app.sees('SIGTERM');
      app.letLeave();

      expect(await ended()).to.equal(LEFT);
      expect(app.timeOf('SIGTERM') - asked).to.be.at.least(HALF_MS);
      expect([app.seen(), wrapper.seen()]).to.deep.equal([['SIGTERM'], ['SIGTERM']]);
    });
  });

  for (const [title, { asker, code }] of Object.entries(ASKERS)) {
    for (const how of title === 'a timeout' ? (['catch'] as const) : (['catch', 'block'] as const)) {
      const what = how === 'block' ? 'a command that asks for its signals' : 'a command';
      it(`of ${title} comes once to ${what} whose wrapper passes it on`, async () => {
        expect(await isPassedOn(asker, 'auto', how)).to.equal(code);
      });
    }
  }

  it('comes once to a command whose wrapper is a Node program', async () => {
    const app = new SignalLog(scene(), 'app', 'clean');
    const wrapper = [execPath, '-e', NODE_WRAPPER, ...app.argv];
    const { ask, ended } = bySignal(scene(), 'auto', ENDLESS_MS, wrapper);
    await app.up();

    ask();

    expect(await ended()).to.equal(LEFT);
    expect(app.seen()).to.deep.equal(['SIGTERM']);
    expect(app.has('clean')).to.equal(true);
  });

  itIf(whyNo('tini'), 'comes once to a command whose wrapper asks for its signals: tini -g', async () => {
    const app = new SignalLog(scene(), 'app', 'clean');
    const { ask, ended } = bySignal(scene(), 'auto', ENDLESS_MS, ['tini', '-s', '-g', '--', ...app.argv]);
    await app.up();

    ask();

    expect(await ended()).to.equal(LEFT);
    expect(app.seen()).to.deep.equal(['SIGTERM']);
    expect(app.has('clean')).to.equal(true);
  });

  it('comes once to each of several in a row, from the one above', async () => {
    const app = new SignalLog(scene(), 'app', 'clean');
    const inner = new SignalLog(scene(), 'inner', 'forward', app.argv);
    const outer = new SignalLog(scene(), 'outer', 'forward', inner.argv);
    const { ask, ended } = bySignal(scene(), 'auto', ENDLESS_MS, outer.argv);
    for (const log of [app, inner, outer]) await log.up();

    ask();

    expect(await ended()).to.equal(LEFT);
    for (const log of [app, inner, outer]) expect(log.seen()).to.deep.equal(['SIGTERM']);
  });

  it('comes to who does not take it when nobody answers for it any more', async () => {
    const app = new SignalLog(scene(), 'app', 'default');
    const wrapper = new SignalLog(scene(), 'wrapper', 'catch', app.argv);
    const { ask, ended } = bySignal(scene(), 'auto', ENDLESS_MS, wrapper.argv);
    for (const log of [app, wrapper]) await log.up();

    ask();
    await wrapper.sees('SIGTERM');
    expect(app.isAlive()).to.equal(true);
    wrapper.letLeave();

    expect(await ended()).to.equal(LEFT);
    expect(app.isAlive()).to.equal(false);
  });

  for (const { title, grace, leaves } of [
    { title: 'at once', grace: `${ENDLESS_MS}ms`, leaves: true },
    { title: 'and not a second time in the whole of the grace', grace: '600ms', leaves: false },
  ]) {
    it(`comes to who takes it below somebody who does not, ${title}`, async () => {
      const app = new SignalLog(scene(), 'app', 'catch');
      const shell = ['sh', '-c', '"$@" & wait', 'sh', ...app.argv];
      const front = scene().start(frontArgv(['--when-root-exits', 'terminate', '--grace', grace], shell));
      await app.up();

      send('SIGTERM', front.identity);
      await app.sees('SIGTERM');
      if (leaves) app.letLeave();

      expect(await front.ended()).to.deep.equal({ code: null, signal: 'SIGTERM' });
      await eventually('the command has ended', () => !app.isAlive());
      expect(app.seen()).to.deep.equal(['SIGTERM']);
      expect(app.has('left')).to.equal(leaves);
    });
  }
});
