// A command that has gained the rights of root cannot be ended by the front of an ordinary user, which does not wait
// for it either: it says that the containment failed, and who is left.

import { expect } from 'chai';
import { chmodSync, chownSync, copyFileSync, mkdirSync } from 'node:fs';

import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { readReport } from '../support/front.js';
import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { isAlive, userOf } from '../support/proc.js';
import { GUARD } from '../support/project.js';
import { endProcesses, useScene, type Scene } from '../support/scene.js';
import { SignalLog } from '../support/signal-log.js';
import { SOMEBODY_ELSE } from '../support/users.js';

const MOST_PATIENT_MS = 7000;

function copyOf(scene: Scene, program: string, name: string, mode: number): string {
  const copy = scene.path(name);
  copyFileSync(program, copy);
  chmodSync(copy, mode);
  return copy;
}

interface Place {
  readonly home: string;
  readonly guard: string;
  readonly program: string;
}

/** A directory of somebody else's. */
function homeOf(scene: Scene): string {
  const home = scene.path('home');
  mkdirSync(home, { mode: 0o700 });
  chownSync(home, SOMEBODY_ELSE, SOMEBODY_ELSE);
  return home;
}

const MECHANISMS = ['subreaper', 'group'] as const;

describe('a command that has become root', () => {
  const scene = useScene();

  // Both at once: most of the time each waits.
  itIf(NEEDS_ROOT, 'is left, and named, where an ordinary user started it', async () => {
    const home = homeOf(scene());
    const guard = copyOf(scene(), GUARD, 'holdfast-guard', 0o755);
    const program = copyOf(scene(), fixture('signal-log'), 'setuid-signal-log', 0o4755);

    await Promise.all(MECHANISMS.map((mechanism) => leavesRoot(mechanism, { home, guard, program })));
  });

  async function leavesRoot(mechanism: (typeof MECHANISMS)[number], { home, guard, program }: Place): Promise<void> {
    const log = new SignalLog(scene(), mechanism, 'as-root');
    const report = `${home}/${mechanism}.json`;
    const terms = ['--mechanism', mechanism, '--timeout', '1s', '--grace', '200ms', '--json-report', report];
    const argv = [guard, 'run', ...terms, '--', program, ...log.argv.slice(1)];
    const env = { PATH: process.env['PATH'], HOME: home, HOLDFAST_HOME: home };

    const begun = performance.now();
    const front = scene().start(argv, { uid: SOMEBODY_ELSE, gid: SOMEBODY_ELSE, cwd: home, env });
    await log.up();
    const root = log.identity();
    expect(userOf(root.pid), 'the control: the bit has an effect here').to.equal(0);
    const ended = await front.ended();
    const tookMs = performance.now() - begun;

    expect(ended).to.deep.equal({ code: 125, signal: null });
    expect(tookMs).to.be.below(MOST_PATIENT_MS);
    // Its last words may be read after its end, and the one that is left holds their pipe open.
    await eventually('the front has said so', () => /^holdfast: .*could not be ended/m.test(front.errors));
    expect(readReport(report)).to.deep.include({ mechanism, reason: 'timeout' });
    const survivors = readReport(report).survivors as readonly { readonly pid: number; readonly why: string }[];
    expect(survivors.map(({ pid, why }) => ({ pid, why }))).to.deep.equal([{ pid: root.pid, why: 'denied' }]);
    expect(log.isAlive()).to.equal(true);
    await endProcesses(() => [root].filter(isAlive));
  }
});
