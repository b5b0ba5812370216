// The search for abandoned trees costs the caller of spawnContained() nothing: not its thread but the addon's own
// looks, and a process of its own ends what is found.

import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';

import { cleanup, spawnContained } from '#lib/index.js';

import { leaveFree } from '../support/contained.js';
import { crash } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { guards } from '../support/leaks.js';
import { itIf } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { useScene } from '../support/scene.js';
import { whyNoStrace } from '../support/strace.js';

describe('the search for abandoned trees', () => {
  const scene = useScene();

  itIf(whyNoStrace(), 'does nothing on the thread that spawns', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    const { cast, record } = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const other = scene().cast({ technique: 'nothing' });
    const trace = scene().path('trace');
    const through = ['strace', '-f', '-qq', '-o', trace, '-e', 'trace=openat,execve,clone,clone3,vfork'];

    const owner = await startOwner(scene(), other, { through });
    await cast.provenDead(control);
    await eventually('the record is gone', () => !existsSync(record));
    await owner.come('exit');
    await owner.ended();

    const lines = readFileSync(trace, 'latin1').split('\n');
    const threadOf = (pattern: RegExp): string[] =>
      [...new Set(lines.filter((line) => pattern.test(line)).map((line) => line.split(' ')[0] ?? ''))];
    const [main] = threadOf(/execve\(.*owner\.js/);
    const [cleaner] = threadOf(/execve\(.*"cleanup", /);
    const makers = threadOf(new RegExp(`clone.* = ${cleaner ?? 'nobody'}$`));
    expect(cleaner, 'who cleans up').to.be.a('string');
    expect(makers, 'who started it').to.have.length(1);
    expect(makers).not.to.include(main);
    const lookers = threadOf(/openat\(.*\/run", .*O_DIRECTORY/).filter((pid) => pid !== cleaner);
    expect(lookers, 'who looked').to.deep.equal(makers);
  });

  it('happens on the portable path, too', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    const { cast, record } = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const other = scene().cast({ technique: 'nothing' });

    const owner = await startOwner(scene(), other, { through: ['env', 'HOLDFAST_FORCE_PORTABLE=1'] });

    await cast.provenDead(control);
    await eventually('the record is gone', () => !existsSync(record));
    await owner.come('exit');
    await owner.ended();
  });

  it('happens once in a process', async () => {
    const first = await spawnContained('true').tree.empty;
    const { cast, record } = await crash(scene(), { technique: 'setsid' }, 'subreaper');

    const second = await spawnContained('true').tree.empty;

    expect([first.reason, second.reason]).to.deep.equal(['root-exited', 'root-exited']);
    await eventually('no guard and no search is left', () => guards().length === 0);
    await cast.provenAlive();
    expect(existsSync(record)).to.equal(true);
    expect((await cleanup()).trees.map(({ action }) => action)).to.deep.equal(['ended']);
    expect(cast.living()).to.deep.equal([]);
  });
});
