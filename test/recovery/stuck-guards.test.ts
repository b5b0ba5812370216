// A guard that somebody has stopped cannot end its tree when the owner dies; if that is its parent, it goes on then.
// A clean-up asks such a guard, and then ends it with its tree.

import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';

import { cleanup } from '#lib/index.js';

import type { Cast } from '../support/cast.js';
import { leaveFree } from '../support/contained.js';
import { CRASHABLE } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { orphan } from '../support/innocents.js';
import { HOME, guards, guardsBelow, records } from '../support/leaks.js';
import { whyUnavailable, type LinuxMechanism } from '../support/mechanisms.js';
import { startOwner, type Owner } from '../support/owner.js';
import { isAlive, processLine, type ProcessIdentity } from '../support/proc.js';
import { endTogether, useScene, type Scene } from '../support/scene.js';

interface Stopped {
  readonly guard: ProcessIdentity;
  readonly spawner: Owner;
  readonly killOwner: () => Promise<void>;
}

/** A tree that another process than its spawner owns, and the guard of which stands still. */
async function startStopped(scene: Scene, cast: Cast, mechanism: LinuxMechanism): Promise<Stopped> {
  const owner = scene.start(['tail', '-f', '/dev/null']);
  const spawner = await startOwner(scene, cast, { containment: { mechanism, owner: { pid: owner.identity.pid } } });
  const guard = await spawner.guard();
  process.kill(guard.pid, 'SIGSTOP');
  await eventually('the guard stands still', () => processLine(guard.pid)?.state === 'T');
  const killOwner = async (): Promise<void> => {
    owner.kill('SIGKILL');
    await owner.ended();
  };
  return { guard, spawner, killOwner };
}

/** The file stays the one that is locked. */
function rewriteInPlace(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'latin1')));
}

function ownRecord(): string {
  return `${HOME}/run/${records().find((name) => name.endsWith('.tree')) ?? ''}`;
}

describe('a guard that was stopped', () => {
  const scene = useScene();

  for (const mechanism of CRASHABLE.filter((one) => whyUnavailable(one) === undefined)) {
    describe(`under ${mechanism}`, () => {
      it('ends with its tree once the owner is dead', async () => {
        const control = await leaveFree(scene(), { technique: 'setsid' });
        const cast = scene().cast({ technique: 'double-fork' });
        const { guard, spawner, killOwner } = await startStopped(scene(), cast, mechanism);

        const whileOwned = await cleanup({ minAge: 0 });
        await cast.provenAlive();
        await killOwner();
        const young = await cleanup();
        await cast.provenAlive();
        const report = await cleanup({ minAge: 0 });

        await cast.provenDead(control);
        for (const { trees } of [whileOwned, young]) expect(trees[0]).to.include({ tier: 'D', action: 'none' });
        expect(report.trees[0]).to.include({ tier: 'B', state: 'live', action: 'ended' });
        expect(report.trees[0]?.members.map(({ kinship }) => kinship)).to.include('guard');
        await eventually('the guard is dead', () => !isAlive(guard));
        expect(records()).to.deep.equal([]);
        await spawner.come('exit');
        await spawner.ended();
      });

      it('is not confused with one that is still at work', async () => {
        const cast = scene().cast({ technique: 'ignore-sigterm' });
        const containment = { mechanism, whenOwnerDies: 'terminate', grace: 60_000 } as const;
        const owner = await startOwner(scene(), cast, { containment });
        const [guard] = await guardsBelow(owner.identity.pid);
        await owner.come('SIGKILL');
        await owner.ended();

        const report = await cleanup({ minAge: 0 });

        expect(report.trees[0]).to.include({ tier: 'D', action: 'none' });
        await cast.provenAlive();
        cast.declareOver();
        await eventually('the guard has ended its tree', () => guard === undefined || !isAlive(guard));
      });
    });
  }

  it('is believed only if it holds the lock of the record', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    const innocent = await orphan(scene());
    const cast = scene().cast({ technique: 'setsid' });
    const { guard, spawner, killOwner } = await startStopped(scene(), cast, 'subreaper');
    const record = ownRecord();
    rewriteInPlace(record, (text) => text.replace(/^guard .*$/m, `guard ${innocent.identity}`));
    await killOwner();

    const report = await cleanup({ minAge: 0 });

    expect(report.trees[0]).to.include({ tier: 'D', action: 'none' });
    await innocent.cast.provenAlive();
    await cast.provenAlive();
    await endTogether({ guards: [guard], owners: [spawner.identity] });
    innocent.cast.declareOver();
    await eventually('the innocent is over', () => innocent.cast.living().length === 0);
    await cleanup({ minAge: 0 });
    await cast.provenDead(control);
    expect(guards()).to.deep.equal([]);
  });
});
