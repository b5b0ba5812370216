// The bar of `holdfast sync` at a terminal.

import { expect } from 'chai';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { lineOf } from '#lib/cli/sync/progress.js';

import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { useTerminal, whyNoTmux } from '../../support/tmux.js';
import { useFakeRemote, wellBehaved } from './fake-remote.js';
import { enqueue, workplaceIn } from './workplace.js';

describe('the bar of a sync', () => {
  const openTerminal = useTerminal();
  const scene = useScene();
  const remote = useFakeRemote();

  it('tells how far it is, and how long it takes at this pace', () => {
    expect(lineOf(0, 10, 1500)).to.equal(`[${'-'.repeat(30)}] 0 of 10`);
    expect(lineOf(5, 10, 3000)).to.equal(`[${'#'.repeat(15)}${'-'.repeat(15)}] 5 of 10, 3.0s left`);
    expect(lineOf(12, 10, 3000), 'more was saved meanwhile').to.equal(`[${'#'.repeat(30)}] 12 of 12, 0.0s left`);
  });

  it('is shown when it takes longer than a second, and is gone at its end', async function () {
    if (whyNoTmux() !== undefined) this.skip();
    enqueue(workplaceIn(scene(), { remote: remote().url, requestTimeoutMs: 60_000 }), 'a', 'b', 'c');
    let release: (() => void) | undefined;
    remote().behaviours.push(wellBehaved, (...asked) => (release = () => wellBehaved(...asked)));
    const terminal = await openTerminal(scene());

    terminal.type(`HOLDFAST_HOME=${scene().path('home')} ${execPath} ${join(PROJECT_ROOT, 'bin', 'holdfast.js')} sync`);
    await terminal.shows(/^\[#{10}-{20}\] 1 of 3, [\d.]+s left$/m);
    release?.();

    await terminal.shows(/^\[OK\] 3 sent, 0 left, 0 failed \(\d+ ms\)$/m);
    expect(terminal.screen()).not.to.match(/\[#/);
  });
});
