// A launch that does not come to its end, since something hangs or somebody stops it, neither holds its owner for ever
// nor outlives it.

import { expect } from 'chai';
import { existsSync, mkdirSync } from 'node:fs';

import { cleanup } from '#lib/index.js';

import type { LauncherPlan } from '../fixtures/launcher.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { records } from '../support/leaks.js';
import { forEachMechanism, itIf } from '../support/mechanisms.js';
import { allPids, identityOf, isAlive, processLine, processesNaming, type ProcessIdentity } from '../support/proc.js';
import { nodeFixture } from '../support/project.js';
import { endProcesses, useScene, type Started } from '../support/scene.js';
import { amountOf } from '../support/thorough.js';

const PATIENT_MS = 30_000;
const SHORT_MS = 3000; // long enough to see who is waited for
const SOON_MS = 5000;
const LAUNCHES = 8;
const NOBODY = 65_534;
/** The mount stays when the owner is gone. */
const UNTIL_INPUT_ENDS = ['/bin/sh', '-c', 'exec 3<&0; "$@" <&3 3<&- & exec cat <&3 3<&-', 'sh'];

function whyNoMount(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount such a file system';
  return existsSync('/dev/fuse') ? undefined : 'this kernel has no /dev/fuse';
}

function childrenOf(parent: number): ProcessIdentity[] {
  return allPids().flatMap((pid) => (processLine(pid)?.ppid === parent ? [identityOf(pid)] : []));
}

function childOf(parent: number): Promise<ProcessIdentity> {
  return eventually(`process ${parent} has a child`, () => childrenOf(parent)[0]);
}

describe('a launch that does not come to its end', function () {
  this.timeout(amountOf({ usually: 300_000, thoroughly: 3_600_000 }));
  const scene = useScene();
  const launcher = (plan: LauncherPlan): string[] => [process.execPath, nodeFixture('launcher'), JSON.stringify(plan)];

  /** The records of its trees are where nothing ever answers. */
  function whereItHangs(plan: LauncherPlan): Started {
    const mount = scene().path('records');
    mkdirSync(mount);
    const env = { ...process.env, HOLDFAST_HOME: mount };
    const argv = [fixture('hung-mount'), mount, ...UNTIL_INPUT_ENDS, ...launcher(plan)];
    return scene().start(argv, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  const ownerIn = async (run: Started): Promise<ProcessIdentity> => childOf((await childOf(run.identity.pid)).pid);

  for (const [way, uid] of [['in place', undefined], ['by a guard that is a program', NOBODY]] as const) {
    itIf(whyNoMount(), `is given up ${way}, and nobody is left of it`, async () => {
      const run = whereItHangs({ launches: 1, deadlineMs: SHORT_MS, ...(uid !== undefined && { uid }) });
      const owner = await ownerIn(run);
      const child = await childOf(owner.pid);

      await eventually('the owner has given it up', () => /^ERR_HOLDFAST_NO_ANSWER$/m.test(run.output));

      await eventually('the child is dead', () => !isAlive(child));
      await eventually('nobody follows it', () => childrenOf(owner.pid).length === 0);
      run.child.stdin?.end();
      await run.ended();
    });
  }

  itIf(whyNoMount(), 'ends without its owner, too', async () => {
    const run = whereItHangs({ launches: 1, deadlineMs: SHORT_MS });
    const owner = await ownerIn(run);
    const child = await childOf(owner.pid);

    await endProcesses(() => [owner].filter(isAlive));

    await eventually('the child is dead', () => !isAlive(child));
    await eventually('its cgroup is found', async () => (await cleanup({ minAge: 0 })).litter.length > 0);
    run.child.stdin?.end();
    await run.ended();
  });

  // A thread that dies inside of malloc(3) keeps its lock, which whoever launches may be waiting for. With one arena
  // for all, and without an end for such a one, about one owner in ten leaves it.
  it('ends where it waits for a lock that died with its owner', async () => {
    const plan: LauncherPlan = { launches: 'without end', deadlineMs: PATIENT_MS, allocating: 3 };
    const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
    for (let round = 0; round < amountOf({ usually: 3, thoroughly: 2000 }); round += 1) {
      const word = scene().path(`owner-${round}-`);
      const owner = scene().start([...launcher(plan), word], { env });
      await eventually('it launches', () => (owner.output.match(/^launched$/gm)?.length ?? 0) > round % 20);

      owner.kill('SIGKILL');

      await eventually('nobody who shares its memory is left', () => processesNaming(word).length === 0, SOON_MS);
      await owner.ended();
    }
    await eventually('what they had begun is cleaned up', async () => {
      await cleanup({ minAge: 0 });
      return records().length === 0;
    });
  });

  forEachMechanism((mechanism) => {
    it('goes on when it has been stopped', async () => {
      const plan: LauncherPlan = { launches: LAUNCHES, deadlineMs: PATIENT_MS, containment: { mechanism } };
      const owner = scene().start(launcher(plan), { stdio: ['pipe', 'pipe', 'pipe'] });
      const stopper = scene().start([fixture('stop-launching'), String(owner.identity.pid)], { stdio: ['pipe', 'pipe', 'pipe'] });

      await eventually(
        'each tree was launched and ended',
        () => owner.output.match(/^launched$/gm)?.length === LAUNCHES,
        PATIENT_MS,
      );

      stopper.child.stdin?.end();
      await stopper.ended();
      expect(stopper.output).to.match(/^stopped [1-9]/);
      owner.child.stdin?.end();
      await owner.ended();
    });
  });
});
