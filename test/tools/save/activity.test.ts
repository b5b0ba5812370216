// Whether somebody works in a project is told by a few files whose names are known, however large the tree is.

import { expect } from 'chai';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { activityOf, type Activity } from '#lib/tools/save/activity.js';
import { checkConfig } from '#lib/tools/config/config.js';
import { openProject } from '#lib/tools/project.js';
import { Store } from '#lib/tools/save/store.js';

import { holdfast } from '../../support/command.js';
import { itIf } from '../../support/mechanisms.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { traced, whyNoStrace } from '../../support/strace.js';
import { amountOf } from '../../support/thorough.js';
import { Repository } from './repository.js';

const MANY = amountOf({ usually: 10_000, thoroughly: 100_000 });
const IN_A_DIRECTORY = 1000;
const LONG_AGO = new Date(Date.now() - 7_200_000);

describe('the activity check', () => {
  const scene = useScene();
  let repository: Repository;

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    repository.touchIndicators(LONG_AGO);
    mkdirSync(scene().path('home'), { mode: 0o700 });
    process.env['CLAUDE_CONFIG_DIR'] = scene().path('claude');
  });

  afterEach(() => {
    delete process.env['CLAUDE_CONFIG_DIR'];
  });

  async function activity(activitySettings: object = {}): Promise<Activity> {
    const config = checkConfig({ activity: activitySettings }, '');
    return activityOf(await openProject(repository.path, config), config.activity);
  }

  it('finds nobody where nothing has changed within the window', async () => {
    expect(await activity()).to.include({ isActive: false });
    expect(await activity({ windowSeconds: 10_000 })).to.include({ isActive: true });
  });

  it('finds a commit, and says which file told', async () => {
    const before = await activity();
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'the second');

    const after = await activity();

    expect(after.isActive).to.equal(true);
    expect(after.signs[0]?.what).to.match(/^\.git\//);
    expect(after.mark).to.not.equal(before.mark);
  });

  it('finds work in a worktree, whose files of git stand elsewhere', async () => {
    const path = scene().path('tree');
    repository.git('worktree', 'add', '--quiet', '-b', 'beside', path);
    repository = new Repository(path);

    expect((await activity()).signs.filter(({ changedAt }) => changedAt !== undefined).length).to.be.at.least(2);
    expect(await activity()).to.include({ isActive: true });
  });

  it('finds a new transcript of an agent, unless that does not count', async () => {
    const directory = join(scene().path('claude'), 'projects', repository.path.replace(/[^A-Za-z0-9]/g, '-'));
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'old.jsonl'), '');
    utimesSync(join(directory, 'old.jsonl'), LONG_AGO, LONG_AGO);
    expect(await activity()).to.include({ isActive: false });

    writeFileSync(join(directory, 'new.jsonl'), '');

    expect((await activity()).signs[0]).to.deep.include({ what: 'transcript', path: join(directory, 'new.jsonl') });
    expect(await activity()).to.include({ isActive: true });
    expect(await activity({ agentSessions: false })).to.include({ isActive: false });
  });

  it('looks at a link itself and not at what it leads to', async () => {
    writeFileSync(scene().path('target'), '');
    symlinkSync(scene().path('target'), join(repository.path, 'link'));
    utimesSync(scene().path('target'), LONG_AGO, LONG_AGO);

    expect(await activity({ indicators: ['link'] })).to.include({ isActive: true });
  });

  it('looks at no more indicators than are allowed', async () => {
    const indicators = Array.from({ length: 100 }, (_, at) => `file-${at}`);

    const { signs } = await activity({ indicators, maxIndicators: 7, agentSessions: false });

    expect(signs.map(({ what }) => what)).to.deep.equal(indicators.slice(0, 7));
  });

  it('saves again although the clock was set back after the last save', async () => {
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'the second');
    const check = ['save-check', '--project', repository.path, '--no-sync', '--json'];
    await holdfast(scene(), check, scene().path('home'));
    const config = checkConfig({}, '');
    const store = new Store(scene().path('home/state'));
    const { root } = await openProject(repository.path, config);
    store.noteSeen(root, { mark: 'another', savedAt: Date.now() + 86_400_000 });
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'the third');

    const report = (await holdfast(scene(), check, scene().path('home'))).document();

    expect((report['projects'] as { outcome: string }[])[0]?.outcome).to.equal('saved');
  });

  itIf(whyNoStrace(), `makes as many system calls in a tree of ${MANY} files as in one of a single file`, async () => {
    const alone = await callsOfIdleCheck();
    for (let at = 0; at < MANY; at += 1) {
      if (at % IN_A_DIRECTORY === 0) mkdirSync(join(repository.path, `d${at / IN_A_DIRECTORY}`));
      writeFileSync(join(repository.path, `d${Math.floor(at / IN_A_DIRECTORY)}`, `f${at}`), '');
    }

    const among = await callsOfIdleCheck();
    rmSync(repository.path, { recursive: true });

    expect(among).to.deep.equal(alone);
    expect(alone.length, alone.join('\n')).to.be.within(5, 60);
  });

  /** What an idle save-check asks the file system of the project. */
  async function callsOfIdleCheck(): Promise<readonly string[]> {
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home') };
    const command = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'save-check', '--no-sync', '--project', repository.path];
    const seen = await traced(scene(), command, { env, also: ['%file', 'getdents64'] });
    expect(seen.output).to.match(/^\[OK\] app idle /);
    const calls = seen.lines.flatMap((line) => /^\d+ +(\w+)\(.*?"([^"]*)"/.exec(line)?.slice(1, 3).join(' ') ?? []);
    const listings = seen.lines.flatMap((line) => /^\d+ +(getdents64)\(\d+<(.*?)>/.exec(line)?.slice(1, 3).join(' ') ?? []);
    const isOfProject = (call: string): boolean => call.includes(repository.path) && !call.startsWith('execve');
    return [...calls, ...listings].filter(isOfProject).sort();
  }
});
