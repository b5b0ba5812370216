// How many processes a look at a project costs, as strace sees them: a guard counts as one.

import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';

import { PROJECT_ROOT } from '../../support/project.js';
import { itIf } from '../../support/mechanisms.js';
import { useScene } from '../../support/scene.js';
import { traced, whyNoStrace, type Traced } from '../../support/strace.js';
import { Repository } from './repository.js';

const COMMAND = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')];

describe('save-check', () => {
  const scene = useScene();
  let repository: Repository;

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    mkdirSync(scene().path('home'), { mode: 0o700 });
  });

  async function check(...words: readonly string[]): Promise<Traced> {
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home'), CLAUDE_CONFIG_DIR: scene().path('claude') };
    const seen = await traced(scene(), [...COMMAND, ...words, '--project', repository.path], { env });
    expect([seen.code, seen.errors]).to.deep.equal([0, '']);
    return seen;
  }

  const names = ({ programs }: Traced): string[][] => programs.map((paths) => paths.map((path) => basename(path)));
  const SAVING = [['node'], ['holdfast-guard'], ['git'], ['holdfast-guard'], ['git']];
  const LOOKING = [['node']];

  itIf(whyNoStrace(), 'starts five processes to save, git twice with a guard each, and three live at a time at most', async () => {
    const seen = await check('save-check');

    expect(seen.output).to.match(/^\[OK\] app saved c-[0-9a-f]{32} \(0 files, 2 children, \d+ ms\)$/m);
    expect(names(seen)).to.deep.equal(SAVING);
    expect(seen.mostAtOnce).to.be.at.most(3);
  });

  itIf(whyNoStrace(), 'starts none when nothing has changed since the last look', async () => {
    await check('save-check');

    const seen = await check('save-check');

    expect(seen.output).to.match(/^\[OK\] app unchanged \(\d+ ms\)$/m);
    expect(names(seen)).to.deep.equal(LOOKING);
  });

  itIf(whyNoStrace(), 'starts none when nothing has changed since `save now`', async () => {
    await check('save', 'now');

    const seen = await check('save-check');

    expect(seen.output).to.match(/^\[OK\] app unchanged \(\d+ ms\)$/m);
    expect(names(seen)).to.deep.equal(LOOKING);
  });

  itIf(whyNoStrace(), 'starts none when nobody works there', async () => {
    const long = new Date(Date.now() - 3_600_000);
    repository.touchIndicators(long);

    const seen = await check('save-check');

    expect(seen.output).to.match(/^\[OK\] app idle \(\d+ ms\)$/m);
    expect(names(seen)).to.deep.equal(LOOKING);
    expect(seen.mostAtOnce).to.equal(1);
  });

  itIf(whyNoStrace(), 'starts none when the last save is young, also after a commit', async () => {
    await check('save-check');
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'the second');

    const seen = await check('save-check');

    expect(seen.output).to.match(/^\[OK\] app recent \(\d+ ms\)$/m);
    expect(names(seen)).to.deep.equal(LOOKING);
  });

  itIf(whyNoStrace(), 'asks git once where there is no commit to list', async () => {
    repository = new Repository(scene().path('unborn'));
    mkdirSync(repository.path);
    repository.git('init', '--quiet');

    expect(names(await check('save-check', '--force'))).to.deep.equal(SAVING.slice(0, 3));
  });

  itIf(whyNoStrace(), 'is as cheap as `save now`, which asks git each time, and as `recall`, which never does', async () => {
    expect(names(await check('save', 'now'))).to.deep.equal(SAVING);
    expect(names(await check('save', 'now'))).to.deep.equal(SAVING);
    expect(names(await check('recall'))).to.deep.equal(LOOKING);
  });
});
