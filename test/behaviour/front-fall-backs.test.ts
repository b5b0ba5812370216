// Where a system call is missing or forbidden, a fall-back holds the tree or the start is refused.
// Nothing in between: what the report names is what held it.

import { expect } from 'chai';
import { existsSync } from 'node:fs';

import { fixture } from '../support/fixtures.js';
import { frontArgv, readReport } from '../support/front.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { availableMechanisms, forEachMechanism, type LinuxMechanism } from '../support/mechanisms.js';
import { GUARD } from '../support/project.js';
import { useScene } from '../support/scene.js';

const CALLS = [
  'clone3',
  'pidfd_open',
  'pidfd_send_signal',
  'pidfd_open,pidfd_send_signal',
  'close_range',
  'clone3,pidfd_open,pidfd_send_signal,close_range',
  'subreaper',
  'clone3,newuser',
  'clone3,newpid',
] as const;
const ERRORS = ['ENOSYS', 'EPERM'] as const;

/** What cannot be replaced: without it the mechanism is refused. */
const INDISPENSABLE: Readonly<Record<LinuxMechanism, readonly string[]>> = {
  cgroup: ['subreaper'],
  subreaper: ['subreaper'],
  group: [],
  namespace: ['subreaper', 'newpid', 'pidfd_open', ...(process.getuid?.() === 0 ? [] : ['newuser'])],
};

interface Finding {
  readonly probe: string;
  readonly name: string;
  readonly works: boolean;
  readonly call?: string;
  readonly advice?: string;
}

function findingsIn(output: string): Finding[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Finding);
}

function isIndispensable(calls: string, mechanism: LinuxMechanism): boolean {
  return calls.split(',').some((call) => INDISPENSABLE[mechanism].includes(call));
}

describe('a kernel that lacks a call', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const calls of CALLS) {
      for (const error of ERRORS) {
        const denied = (): string[] => [fixture('deny'), calls, error, '--'];
        if (isIndispensable(calls, mechanism)) {
          it(`refuses without ${calls} (${error})`, async () => {
            const front = scene().start([...denied(), ...frontArgv(['--mechanism', mechanism], ['true'])]);

            expect((await front.ended()).code).to.equal(125);
            expect(front.errors).to.match(/^holdfast: cannot contain true: /);
          });
        } else {
          it(`ends a tree without ${calls} (${error}) when the front is killed`, async () => {
            const control = scene().control({ technique: 'setsid' });
            const shell = [...denied(), '/bin/sh', '-c', '"$@"; :', 'sh', ...control.argv];
            const uncontained = await scene().startUncontained(control, shell);
            const cast = scene().cast({ technique: 'setsid' });
            const command = frontArgv(['--mechanism', mechanism], cast.argv);
            const front = scene().startHolding(cast, [...denied(), ...command]);
            await Promise.all([cast.ready(), control.ready()]);

            await uncontained.killOwner();
            front.kill('SIGKILL');

            await cast.provenDead(control);
            await control.provenAlive();
            if (mechanism === 'namespace') await abandonedTreeMayRemain();
          });

          it(`reports a tree without ${calls} (${error}) that ends by itself`, async () => {
            const report = scene().path('report.json');
            const terms = ['--mechanism', mechanism, '--json-report', report];
            const leaver = ['sh', '-c', 'setsid sleep 20 & exit 7'];
            const front = scene().start([...denied(), ...frontArgv(terms, leaver)]);

            expect((await front.ended()).code, front.errors).to.equal(7);
            expect(readReport(report)).to.deep.include({ mechanism, killed: 1, survivors: [] });
          });
        }
      }
    }
  });

  for (const [calls, call, allow] of [
    ['subreaper', 'prctl', 'PR_SET_CHILD_SUBREAPER'],
    ['pidfd_open', 'pidfd_open', 'allow the call'],
  ] as const) {
    it(`is advised on by the call that failed: ${call}`, async () => {
      const probe = scene().start([fixture('deny'), calls, 'EPERM', '--', GUARD, 'probe']);
      await probe.ended();

      const failed = findingsIn(probe.output).filter((finding) => finding.probe === 'mechanism' && finding.call === call);
      if (availableMechanisms().includes('namespace')) expect(failed.map(({ name }) => name)).to.include('namespace');
      for (const { name, advice } of failed) expect(advice, name).to.contain(allow);
    });
  }

  it('leaves only group without a subreaper, and says so', async () => {
    const probe = scene().start([fixture('deny'), 'subreaper', 'EPERM', '--', GUARD, 'probe']);
    await probe.ended();

    const findings = findingsIn(probe.output);
    const working = findings.filter(({ probe: kind, works }) => kind === 'mechanism' && works);
    expect(working.map(({ name }) => name)).to.deep.equal(['group']);
    expect(findings.find(({ name, probe: kind }) => name === 'subreaper' && kind !== 'mechanism')?.advice).to.contain('only `group` is left');
  });

  it('lets auto fall back to what is left and says so', async () => {
    const report = scene().path('report.json');
    const front = scene().start(frontArgv(['--json-report', report], ['true']));

    expect((await front.ended()).code).to.equal(0);
    expect(existsSync(report)).to.equal(true);
    const strongest = availableMechanisms().includes('cgroup') ? 'cgroup' : 'subreaper';
    expect(readReport(report).mechanism).to.equal(strongest);
  });
});
