// The last look of the daemon, while its guard asks everybody to end, newcomers too: git is asked all the same, where
// something has changed and nowhere else.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ContextRecord } from '#lib/tools/save/context-record.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { guards } from '../../support/leaks.js';
import { isAlive, processesNaming } from '../../support/proc.js';
import { endProcesses, useScene, type Started } from '../../support/scene.js';
import { Repository } from '../save/repository.js';

const GONE_WITHIN_MS = 2000;
const NAMES = ['one', 'two', 'three', 'four', 'five'];

describe('the last save of the daemon', () => {
  let owner: Started;
  let repositories: readonly Repository[];
  const path = process.env['PATH'] ?? '';

  afterEach(async () => {
    process.env['PATH'] = path;
    if (isAlive(owner.identity)) owner.kill('SIGKILL');
    await owner.ended();
  });

  const scene = useScene();
  const home = (): string => scene().path('home');

  beforeEach(() => {
    mkdirSync(home(), { mode: 0o700 });
    repositories = NAMES.map((name) => Repository.create(scene().path(name)));
    owner = scene().start(['sleep', '1000']);
  });

  /** Longer than the guard takes to see and ask a newcomer. */
  function slowGit(): void {
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const directory = scene().path('bin');
    const lines = ['#!/bin/sh', `echo git >> '${scene().path('calls')}'`, 'sleep 0.2', `exec '${real}' "$@"`];
    mkdirSync(directory);
    writeFileSync(join(directory, 'git'), `${lines.join('\n')}\n`, { mode: 0o755 });
    process.env['PATH'] = `${directory}:${path}`;
  }

  function failingGit(): string {
    const directory = scene().path('bin');
    mkdirSync(directory);
    writeFileSync(join(directory, 'git'), '#!/bin/sh\nexit 128\n', { mode: 0o755 });
    return directory;
  }

  async function daemon(verb: string, ...options: readonly string[]): Promise<CommandRun> {
    const projects = repositories.flatMap((repository) => ['--project', repository.path]);
    return holdfast(scene(), ['save', 'daemon', verb, ...projects, ...options], home());
  }

  async function startAndLookOnce(): Promise<void> {
    await daemon('start', '--owner', String(owner.identity.pid), '--interval', '1h');
    await eventually('the first look is over', async () => {
      const { notes } = (await daemon('status', '--json')).document() as { notes?: { checkedAt: number | null } };
      return (notes?.checkedAt ?? null) !== null;
    });
  }

  function gitCalls(): number {
    return readFileSync(scene().path('calls'), 'utf8').split('\n').length - 1;
  }

  function saved(): readonly ContextRecord[] {
    const contexts = join(home(), 'state', 'contexts');
    if (!existsSync(contexts)) return [];
    const files = readdirSync(contexts).map((project) => join(contexts, project, 'latest.json'));
    return files.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, 'utf8')) as ContextRecord);
  }

  function branches(): Readonly<Record<string, string | null | undefined>> {
    return Object.fromEntries(saved().map(({ project, git }) => [project.name, git?.branch]));
  }

  const ENDS: Readonly<Record<string, () => Promise<unknown>>> = {
    'its owner is killed': async () => endProcesses(() => [owner.identity].filter(isAlive)),
    'it is stopped': async () => daemon('stop'),
  };
  for (const [when, end] of Object.entries(ENDS)) {
    it(`tells what a slow git says where something has changed, and is none elsewhere, when ${when}`, async () => {
      slowGit();
      await startAndLookOnce();
      const before = gitCalls();
      repositories[2]?.git('checkout', '--quiet', '-b', 'after');

      await end();

      const left = (): number => processesNaming(scene().directory).filter(isAlive).length + guards(home()).length;
      await eventually('nothing of the daemon is left', () => left() === 0, GONE_WITHIN_MS);
      expect(branches()).to.deep.equal({ one: 'main', two: 'main', three: 'after', four: 'main', five: 'main' });
      expect(gitCalls() - before).to.equal(2);
      expect(readdirSync(join(home(), 'state', 'outbox'))).to.have.length(NAMES.length + 1);
    });
  }

  it('keeps what is known where git does not tell, and leaves the change for the next look', async () => {
    writeFileSync(join(home(), 'config.json'), JSON.stringify({ save: { minIntervalSeconds: 0 } }), { mode: 0o600 });
    repositories = repositories.slice(0, 1);
    await startAndLookOnce();
    await daemon('stop');
    repositories[0]?.git('checkout', '--quiet', '-b', 'after');
    process.env['PATH'] = `${failingGit()}:${path}`;
    await startAndLookOnce();

    await daemon('stop');

    expect(branches()).to.deep.equal({ one: 'main' });
    process.env['PATH'] = path;
    await startAndLookOnce();
    await daemon('stop');
    expect(branches()).to.deep.equal({ one: 'after' });
  });
});
