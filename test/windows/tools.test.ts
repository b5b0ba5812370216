// The bundled tools on Windows: each of their commands does its work there, in the Node of Windows.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { acquireLock } from '#lib/tools-api.js';

import { holdfast, type CommandRun } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { HookScene, answerOf } from '../support/hook.js';
import { itIf } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { enqueue, shelves, workplaceIn } from '../tools/sync/workplace.js';

const NO_GIT = spawnSync('git', ['--version']).error === undefined ? undefined : 'wine has no git.exe';
const TEXT = '\u00e4\u{1f600} \u65e5\u672c';

describe('the tools on Windows', () => {
  const scene = useScene();
  let place: HookScene;
  const tool = (...words: readonly string[]): Promise<CommandRun> => holdfast(scene(), words, place.home);
  const lockPath = (): string => join(place.home, 'state', 'save-check.lock');

  beforeEach(() => {
    place = new HookScene(scene());
  });

  it('save a context now, and recall it', async () => {
    const saved = await tool('save', 'now', '--project', place.project, '-m', TEXT, '--json');
    const again = await tool('save', 'now', '--project', place.project, '-m', TEXT);
    const recalled = await tool('recall', '--project', place.project, '--json');

    expect(saved.code, saved.errors).to.equal(0);
    expect(again.output).to.contain('unchanged');
    expect(place.saved().map(({ summary }) => summary.text)).to.deep.equal([TEXT]);
    expect(recalled.output).to.contain(JSON.stringify(place.saved()[0]?.id));
  });

  itIf(NO_GIT, 'save the state of a repository', async () => {
    const git = (...words: readonly string[]): unknown => spawnSync('git', ['-C', place.project, ...words]);
    git('init', '-b', 'main');
    writeFileSync(join(place.project, 'new file'), TEXT);

    const saved = await tool('save', 'now', '--project', place.project);

    expect(saved.code, saved.errors).to.equal(0);
    expect(place.saved()[0]?.git).to.deep.include({ branch: 'main' });
  });

  it('check a project: idle where nobody works, saved where somebody does', async () => {
    const indicator = join(place.project, 'notes.md');
    writeFileSync(join(place.project, '.holdfast.json'), JSON.stringify({ indicators: ['notes.md'] }));
    writeFileSync(indicator, TEXT);
    utimesSync(indicator, 1, 1);
    const check = async (): Promise<unknown> => {
      const run = await tool('save-check', '--project', place.project, '--no-sync', '--json');
      return [run.code, (run.listed('projects') as { outcome: string }[])[0]?.outcome];
    };

    const idle = await check();
    utimesSync(indicator, new Date(), new Date());
    const active = await check();

    expect([idle, active]).to.deep.equal([[0, 'idle'], [0, 'saved']]);
    expect(place.saved()).to.have.length(1);
  });

  it('check one at a time: LockFileEx holds between processes, and ends with its holder', async () => {
    const library = JSON.stringify(require.resolve('#lib/tools-api.js'));
    const script = `require(${library}).acquireLock(${JSON.stringify(lockPath())}).then(() => console.log("held")); setInterval(() => {}, 1000)`;
    const holder = scene().start([process.execPath, '-e', script]);
    await eventually('the lock is held', () => holder.output.includes('held'));

    const second = await tool('save-check', '--project', place.project, '--no-sync');
    const third = await acquireLock(lockPath());
    holder.kill('SIGKILL');
    await holder.ended();

    expect(second.code).to.equal(0);
    expect(second.output + second.errors).to.contain(`Previous execution still running, skipping (pid ${holder.identity.pid}`);
    expect(third).to.equal(undefined);
    const freed = await eventually('the lock is free', () => acquireLock(lockPath()));
    freed.release();
    expect((await tool('save-check', '--project', place.project, '--no-sync')).output).not.to.contain('still running');
  });

  it('sync to a directory', async () => {
    const share = scene().path(`a share, % ${TEXT}`);
    mkdirSync(share);
    const work = workplaceIn(scene(), { remote: pathToFileURL(share).href });
    const ids = enqueue(work, 'one', 'two', TEXT);

    const run = await tool('sync');

    expect(run.code, run.errors).to.equal(0);
    expect(readdirSync(share).sort()).to.deep.equal(ids.map((id) => `${id}.json`).sort());
    expect(shelves(work)).to.deep.equal({ outbox: [], sent: [...ids].sort(), failed: [] });
  });

  it('answer a hook, and save for it', async () => {
    const payload = place.payload('claude', 'stop');
    const run = await place.run(['stop', '--agent', 'claude'], { pieces: [payload], staysOpen: true });

    expect(run.code, run.errors).to.equal(0);
    expect(answerOf(run)).to.deep.equal({});
    expect(place.saved().map(({ trigger }) => trigger)).to.deep.equal(['stop']);
  });

  it('run a daemon that saves, tells of itself, and is stopped', async () => {
    const daemon = (verb: string, ...words: readonly string[]): Promise<CommandRun> =>
      tool('save', 'daemon', verb, '--project', place.project, ...words);

    const started = await daemon('start', '--owner', String(process.pid), '--interval', '1s');
    const status = await daemon('status', '--json');
    const stopped = await daemon('stop');
    const after = await daemon('status');

    expect(started.code, started.errors + started.output).to.equal(0);
    expect(status.document()).to.deep.include({ running: true });
    expect(stopped.code, stopped.errors).to.equal(0);
    expect(after.code).to.equal(1);
  });

  it('write a log and state that are theirs', async () => {
    await tool('save-check', '--project', place.project, '--no-sync');

    const last = JSON.parse(readFileSync(join(place.home, 'state', 'last-run.json'), 'utf8')) as { status: string };
    expect(last.status).to.equal('done');
    expect(existsSync(lockPath())).to.equal(true);
  });
});
