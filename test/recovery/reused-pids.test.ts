// The pids of a dead root and a dead guard belong to others by the time of the clean-up: those live, the members die.

import { expect } from 'chai';

import type { CleanupReport } from '#lib/index.js';

import type { ReusePlan } from '../fixtures/reuse-pids.js';
import type { Cast } from '../support/cast.js';
import { CRASHABLE } from '../support/crash.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { itIf, whyUnavailable } from '../support/mechanisms.js';
import { namespacePids } from '../support/proc.js';
import { GUARD, nodeFixture } from '../support/project.js';
import { makeHome } from '../support/records.js';
import { useScene } from '../support/scene.js';

const USER = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const IN_NAMESPACE = ['unshare', ...USER, '--pid', '--fork', '--mount-proc'];

function innerPidOf(cast: Cast): number | undefined {
  const [first] = cast.living();
  return first === undefined ? undefined : namespacePids(first.pid).at(-1);
}

describe('recovery after pids were reused', () => {
  const scene = useScene();

  for (const mechanism of CRASHABLE.filter((one) => whyUnavailable(one) === undefined)) {
    itIf(whyUnavailable('namespace'), `ends the members and nobody else, held by ${mechanism}`, async () => {
      const cast = scene().cast({ technique: 'setsid' });
      const [onRoot, onGuard] = [scene().control({ technique: 'nothing' }), scene().control({ technique: 'nothing' })];
      const plan: ReusePlan = {
        guardProgram: GUARD,
        mechanism,
        tree: cast.argv,
        onRoot: onRoot.argv,
        onGuard: onGuard.argv,
        endProcess: fixture('end-process'),
        takePid: fixture('take-pid'),
        heartbeat: cast.argv[1] ?? '',
        participants: 2,
      };
      const home = scene().path('home');
      makeHome(home);
      const argv = [...IN_NAMESPACE, fixture('foster'), process.execPath, nodeFixture('reuse-pids'), JSON.stringify(plan)];

      const started = scene().start(argv, { env: { ...process.env, HOLDFAST_HOME: home } });
      const line = await eventually('a report', () => /^\{.*\}$/m.exec(started.output) ?? undefined);

      const report = JSON.parse(line[0]) as CleanupReport & { root: number; guard: number };
      await onRoot.provenAlive();
      await onGuard.provenAlive();
      expect(innerPidOf(onRoot), 'the pid of the root').to.equal(report.root);
      expect(innerPidOf(onGuard), 'the pid of the guard').to.equal(report.guard);
      expect(cast.living()).to.deep.equal([]);
      expect(report.trees[0]).to.include({ action: 'ended', killed: 1 });
      for (const control of [onRoot, onGuard]) control.declareOver();
      await started.ended();
    });
  }
});
