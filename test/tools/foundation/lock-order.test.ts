// No two locks of the tools wait for each other: who holds one asks for another only without waiting, or for that of
// the store, whose holder waits for none.

import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { acquireLock, type HeldLock } from '#lib/tools-api.js';

import { holdfast } from '../../support/command.js';
import { useScene } from '../../support/scene.js';

const OUTER = ['save-check', 'sync', 'hooks', 'schedule'];

describe('the locks of the tools', () => {
  const scene = useScene();
  const held: HeldLock[] = [];
  let project = '';

  beforeEach(() => {
    const remote = scene().path('remote');
    project = scene().path('project');
    for (const directory of [remote, project]) mkdirSync(directory);
    mkdirSync(scene().path('home'), { mode: 0o700 });
    const sync = { remote: pathToFileURL(remote).href };
    writeFileSync(scene().path('home/config.json'), JSON.stringify({ sync }), { mode: 0o600 });
  });

  afterEach(() => {
    for (const lock of held.splice(0)) lock.release();
  });

  async function hold(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const lock = await acquireLock(join(scene().path('home'), 'state', `${name}.lock`));
      if (lock === undefined) throw new Error(`${name} is held already`);
      held.push(lock);
    }
  }

  async function run(...args: readonly string[]): Promise<string> {
    const { code, output, errors } = await holdfast(scene(), args, scene().path('home'));
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
    return output;
  }

  it('let a save go on, which takes that of the store, while all others are held', async () => {
    await hold(...OUTER);

    expect(await run('save', 'now', '--project', project)).to.match(/^\[OK\] project saved /);
  });

  it('let save-check, which holds its own, leave the sync to who holds that one', async () => {
    await hold(...OUTER.filter((name) => name !== 'save-check'));

    expect(await run('save-check', '--project', project, '--force')).to.match(/another sync is running \(pid \d+\)/);
  });

  it('let sync, which holds its own, send while all others are held', async () => {
    await run('save', 'now', '--project', project);
    await hold(...OUTER.filter((name) => name !== 'sync'));

    expect(await run('sync')).to.match(/^\[OK\] 1 sent, 0 left, 0 failed /);
  });

  it('let save-check and sync end, and lose nothing, while that of the store is held', async () => {
    await run('save', 'now', '--project', project);
    await hold('store');

    const check = await holdfast(scene(), ['save-check', '--project', project, '--force', '--json'], scene().path('home'));

    expect(check.document()).to.include({ status: 'done' });
    expect(check.document()['sync']).to.include({ status: 'done' });
  });
});
