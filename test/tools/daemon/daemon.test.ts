// holdfast save daemon: it lives as long as its owner and its work is saved when that dies, and nothing of it is left.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { holdfast, type CommandRun } from '../../support/command.js';
import { leaveFree } from '../../support/contained.js';
import { eventually } from '../../support/eventually.js';
import { guards } from '../../support/leaks.js';
import { commandLine, identityOf, isAlive, processLine, processesNaming, type ProcessIdentity } from '../../support/proc.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { endProcesses, useScene, type Started } from '../../support/scene.js';

const GONE_WITHIN_MS = 2000;

describe('the save daemon', () => {
  let owner: Started;

  // Before the scene looks what is left.
  afterEach(async () => {
    if (isAlive(owner.identity)) owner.kill('SIGKILL');
    await owner.ended();
  });

  const scene = useScene();

  beforeEach(() => {
    for (const name of ['home', 'project']) mkdirSync(scene().path(name), { mode: 0o700 });
    owner = scene().start(['sleep', '1000']);
  });

  async function daemon(verb: string, ...options: readonly string[]): Promise<CommandRun> {
    const words = ['save', 'daemon', verb, '--project', scene().path('project'), ...options];
    return holdfast(scene(), words, scene().path('home'));
  }

  async function start(): Promise<ProcessIdentity> {
    const { code, errors } = await daemon('start', '--owner', String(owner.identity.pid), '--interval', '1s');
    expect([code, errors]).to.deep.equal([0, '']);
    const pid = (await statusNow())['pid'] as number;
    return identityOf(pid);
  }

  async function statusNow(): Promise<Readonly<Record<string, unknown>>> {
    return (await daemon('status', '--json')).document();
  }

  /** Everything that was started for it, by the test's own eyes. */
  function daemonProcesses(): readonly ProcessIdentity[] {
    return [...processesNaming(scene().path('project')).filter(isAlive), ...guards(scene().path('home'))];
  }

  async function provenGone(): Promise<void> {
    await eventually('nothing of the daemon is left', () => daemonProcesses().length === 0, GONE_WITHIN_MS);
  }

  it('lives on when its starter has ended, in a session of its own', async () => {
    const { pid } = await start();

    const found = await statusNow();

    expect(found).to.deep.include({ running: true, pid });
    expect(found['owner']).to.include({ pid: owner.identity.pid, alive: true });
    expect(processLine(pid)).to.include({ session: pid });
    const [node, ...guard] = daemonProcesses();
    expect([node?.pid, guard.length]).to.deep.equal([pid, 1]);
    await daemon('stop');
    await provenGone();
  });

  it('ends with its owner when that is killed', async () => {
    const witness = await leaveFree(scene(), { technique: 'daemon' });
    const { pid } = await start();

    await endProcesses(() => [owner.identity].filter(isAlive));

    await provenGone();
    await witness.provenAlive();
    expect(processLine(pid)).to.equal(undefined);
    expect(await statusNow()).to.deep.include({ running: false });
  });

  /** What was saved last, whatever it was. */
  function latestContext(): { readonly trigger: string; readonly git: { readonly branch: string } | null } | undefined {
    const contexts = scene().path('home/state/contexts');
    if (!existsSync(contexts)) return undefined;
    const [project = ''] = readdirSync(contexts);
    const path = join(contexts, project, 'latest.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof latestContext>) : undefined;
  }

  function git(...words: readonly string[]): void {
    const names = ['-c', 'user.name=holdfast', '-c', 'user.email=holdfast@example.invalid'];
    execFileSync('git', ['-C', scene().path('project'), ...names, ...words], { stdio: 'ignore' });
  }

  it('saves what has changed last before it ends with its owner', async () => {
    git('init', '--initial-branch', 'before');
    git('commit', '--allow-empty', '--message', 'first');
    await daemon('start', '--owner', String(owner.identity.pid), '--interval', '1h');
    await eventually('the first look has saved', () => latestContext()?.git?.branch === 'before');
    git('checkout', '-b', 'after');

    await endProcesses(() => [owner.identity].filter(isAlive));

    await provenGone();
    expect(latestContext()?.git?.branch).to.equal('after');
  });

  it('ends with its owner while a git of its own hangs, which is gone too, and saves without it', async () => {
    git('init');
    const hanging = scene().path('bin/git');
    mkdirSync(scene().path('bin'));
    const lines = ['#!/bin/bash', "trap '' TERM INT HUP", `exec -a '${hanging}' sleep 1000`];
    writeFileSync(hanging, `${lines.join('\n')}\n`, { mode: 0o755 });
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${scene().path('bin')}:${path}`;
    try {
      await start();
    } finally {
      process.env['PATH'] = path;
    }
    await eventually('git hangs', () => processesNaming(hanging).some(({ pid }) => commandLine(pid)[0] === hanging));
    expect(latestContext()).to.equal(undefined);

    await endProcesses(() => [owner.identity].filter(isAlive));

    const left = (): readonly ProcessIdentity[] => [...daemonProcesses(), ...processesNaming(hanging).filter(isAlive)];
    await eventually('nothing of the daemon is left', () => left().length === 0, GONE_WITHIN_MS);
    expect(latestContext()).to.deep.include({ trigger: 'daemon', git: null });
  });

  it('is one for its projects, however many are started', async () => {
    const words = ['start', '--owner', String(owner.identity.pid)] as const;
    const runs = await Promise.all(Array.from({ length: 4 }, async () => daemon(...words)));

    for (const { code, output } of runs) {
      expect(code).to.equal(0);
      expect(output).to.match(/^\[OK\] the save daemon (started|runs already): pid \d+, owner \d+ \(sleep\)/);
    }
    expect(runs.filter(({ output }) => output.includes('started'))).to.have.length(1);
    await eventually('one of them is left', () => daemonProcesses().length === 2);
    await daemon('stop');
    await provenGone();
  });

  it('leaves nothing after 10 restarts', async () => {
    const seen = new Set<number>();
    for (let count = 0; count < 10; count += 1) {
      seen.add((await start()).pid);
      expect(await daemon('stop')).to.include({ code: 0, output: '[OK] stopped\n', errors: '' });
    }

    expect(seen.size).to.equal(10);
    await provenGone();
    expect(await statusNow()).to.deep.include({ running: false });
  });

  it('is started again after it was killed', async () => {
    const first = await start();
    await endProcesses(() => [first].filter(isAlive));
    expect((await daemon('status')).code).to.equal(1);

    const second = await start();

    expect(second.pid).to.not.equal(first.pid);
    await daemon('stop');
    await provenGone();
  });

  it('is no failure to stop when it does not run', async () => {
    expect(await daemon('stop')).to.include({ code: 0, output: '[OK] it was not running\n' });
    expect(await daemon('status')).to.include({ code: 1 });
  });

  it('runs in the foreground for a service manager, until SIGTERM', async () => {
    const words = ['save', 'daemon', 'run', '--project', scene().path('project')];
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home') };
    const run = scene().start([process.execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...words], { env });
    await eventually('it runs', () => run.output === '[OK] runs\n');

    expect(await statusNow()).to.deep.include({ running: true, pid: run.identity.pid }).and.not.have.property('tree');
    expect((await daemon('stop')).output).to.match(/^\[ERROR\] it runs in the foreground of somebody else/);
    expect(isAlive(run.identity)).to.equal(true);

    run.kill('SIGTERM');
    expect(await run.ended()).to.deep.equal({ code: 0, signal: null });
    expect(await statusNow()).to.deep.include({ running: false });
  });

  const MISUSES: readonly { readonly words: readonly string[]; readonly code: number; readonly said: RegExp }[] = [
    { words: ['start', '--owner', '1'], code: 64, said: /process 1 does not end/ },
    { words: ['start', '--interval', '10ms'], code: 64, said: /--interval expects at least 1s/ },
    { words: ['start', '--project', '/missing'], code: 1, said: /ENOENT: .*'\/missing'/ },
    { words: ['pause'], code: 64, said: /save daemon expects one of start, stop, status, run, got 'pause'/ },
  ];
  for (const { words: [verb = '', ...options], code, said } of MISUSES) {
    it(`is refused with code ${code} for ${[verb, ...options].join(' ')}`, async () => {
      const run = await daemon(verb, ...options);

      expect([run.code, run.output]).to.deep.equal([code, '']);
      expect(run.errors).to.match(said);
      expect(daemonProcesses()).to.deep.equal([]);
    });
  }

  it('is not started without a project', async () => {
    const { code, errors } = await holdfast(scene(), ['save', 'daemon', 'start'], scene().path('home'));

    expect(code).to.equal(78);
    expect(errors).to.match(/no project to watch: name one by --project or in .*config\.json/);
  });
});
