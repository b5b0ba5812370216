// The total time of a command: its trees end with it, and so does a command whose main thread hangs.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execPath } from 'node:process';

import { eventually } from '../../support/eventually.js';
import { identityOf, isAlive, type ProcessIdentity } from '../../support/proc.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene, type Started } from '../../support/scene.js';
import { Repository } from '../save/repository.js';

const HOLDFAST = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')];
const SPENT = /^holdfast: not done within [\d.]+ s, and ended \(--budget TIME allows more\)$/m;

describe('the budget of a command', () => {
  const scene = useScene();
  let home = '';

  beforeEach(() => {
    home = scene().path('home');
    mkdirSync(home, { mode: 0o700 });
  });

  function holdfast(args: readonly string[], more: NodeJS.ProcessEnv = {}): Started {
    const env = { ...process.env, HOLDFAST_HOME: home, ...more };
    return scene().start([...HOLDFAST, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  it('ends its trees, and the command with 124', async () => {
    const project = Repository.create(scene().path('project'));
    const [programs, seen] = [scene().path('programs'), scene().path('seen')];
    mkdirSync(programs);
    writeFileSync(join(programs, 'git'), `#!/bin/sh\nsleep 1000 &\necho "$$ $!" >'${seen}'\nsleep 1000\n`);
    chmodSync(join(programs, 'git'), 0o755);
    writeFileSync(join(home, 'config.json'), JSON.stringify({ save: { childTimeoutMs: 60_000 } }), { mode: 0o600 });

    const run = holdfast(['save', 'now', '--project', project.path, '--budget', '3s'], {
      PATH: [programs, process.env['PATH']].join(delimiter),
    });
    const members = await eventually('git runs', () => membersIn(seen));

    expect(members.map(isAlive)).to.deep.equal([true, true]);
    expect(await run.ended()).to.deep.equal({ code: 124, signal: null });
    expect(run.errors).to.match(SPENT);
    expect(members.filter(isAlive)).to.deep.equal([]);
  });

  it('ends a command whose main thread hangs', async () => {
    const file = scene().path('config.json');
    execFileSync('mkfifo', [file]); // open(2) waits for whoever writes

    const run = holdfast(['recall', '--config', file, '--budget', '300ms']);

    expect(await run.ended()).to.deep.equal({ code: 124, signal: null });
    expect(run.errors).to.match(SPENT);
  });

  it('ends nobody once the command is done, while somebody reads what it has printed', async () => {
    const library = JSON.stringify(join(PROJECT_ROOT, 'dist', 'tools', 'budget.js'));
    const reads = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000); console.log("still here")';
    const run = (finish: string): Started => {
      const script = `const { setBudget, finishBudget } = require(${library}); setBudget(300); ${finish}; ${reads}`;
      return scene().start([execPath, '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    };
    const [done, control] = [run('finishBudget()'), run('')];

    expect(await done.ended()).to.deep.equal({ code: 0, signal: null });
    expect(await control.ended()).to.deep.equal({ code: 124, signal: null });
  });

  it('is told also by a command that had done all it could by then', async () => {
    const run = holdfast(['ps', '--budget', '0ms']);

    expect(await run.ended()).to.deep.equal({ code: 124, signal: null });
    expect(run.errors).to.match(SPENT);
  });

  it('is a time, or a misuse', async () => {
    const run = holdfast(['ps', '--budget', 'soon']);

    expect(await run.ended()).to.deep.equal({ code: 64, signal: null });
    expect(run.errors).to.contain("--budget expects a time such as 500ms, 5s, 2m or 1h, got 'soon'");
  });
});

function membersIn(file: string): ProcessIdentity[] | undefined {
  try {
    const pids = readFileSync(file, 'utf8').match(/\d+/g) ?? [];
    return pids.length === 2 ? pids.map(Number).map(identityOf) : undefined;
  } catch {
    return undefined; // not there yet
  }
}
