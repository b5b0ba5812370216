// The command `holdfast sync`: what it says, what it exits with, and what it does to the store.

import { expect } from 'chai';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { acquireLock } from '#lib/tools/lock.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { useScene } from '../../support/scene.js';
import { hangs, status, useFakeRemote } from './fake-remote.js';
import { enqueue, shelves, workplaceIn } from './workplace.js';

describe('holdfast sync', () => {
  const scene = useScene();
  const remote = useFakeRemote();
  const run = async (...args: readonly string[]): Promise<CommandRun> => holdfast(scene(), ['sync', ...args], scene().path('home'));

  it('says that everything stays here when there is no remote', async () => {
    enqueue(workplaceIn(scene(), {}), 'a');

    expect(await run()).to.include({ code: 0, output: '[OK] local only: no remote is configured; 1 kept\n', errors: '' });
  });

  it('sends, and says what it has sent', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const ids = enqueue(place, 'a', 'b');

    const said = await run('--verify');
    const again = (await run('--json')).document();

    expect(said.output).to.match(/^\[OK\] 2 sent, 0 left, 0 failed \(\d+ ms\)\n$/);
    expect(said).to.include({ code: 0, errors: '' });
    expect(again).to.include({ status: 'done', sent: 0, left: 0, failed: 0, exitCode: 0, remote: remote().url });
    expect(shelves(place).sent).to.deep.equal([...ids].sort());
  });

  it('--quiet says nothing when all is well, and what is wrong', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    enqueue(place, 'a');

    const good = await run('--quiet');
    enqueue(place, 'b');
    remote().behaviours.push(status(422));
    const bad = await run('--quiet');

    expect(good).to.include({ code: 0, output: '', errors: '' });
    expect(bad.code).to.equal(65);
    expect(bad.output).to.match(/^\[ERROR\] 0 sent, 0 left, 1 failed \(\d+ ms\)\n\[ERROR\] \S+ refused: /);
  });

  it('--dry-run says what would be sent, asks nobody and changes nothing', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const ids = enqueue(place, 'a', 'b');

    const said = await run('--dry-run');
    const less = (await run('--dry-run', '--max', '1', '--json')).document();

    expect(said).to.include({ code: 0, errors: '' });
    expect(said.output).to.equal(ids.map((id) => `would send ${id} to ${remote().url}\n`).join(''));
    expect(less).to.deep.equal({ remote: remote().url, items: ids.slice(0, 1), reason: null });
    expect(remote().seen).to.deep.equal([]);
    expect(shelves(place)).to.deep.equal({ outbox: [...ids].sort(), sent: [], failed: [] });
  });

  it('--dry-run says why nothing would be sent, and what --retry-failed and --now would change', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const [refused = '', postponed = ''] = enqueue(place, 'a', 'b');
    remote().behaviours.push(status(422), status(503, { 'retry-after': '60' }));
    await run();

    const paused = await run('--dry-run');
    const all = (await run('--dry-run', '--retry-failed', '--now', '--json')).document();

    expect(paused.output).to.match(/^would send nothing: left alone for .* \(--now asks it\): PUT: 503 Service Unavailable\n$/);
    expect(all['items']).to.have.members([refused, postponed]);
    expect(shelves(place)).to.deep.equal({ outbox: [postponed], sent: [], failed: [refused] });
  });

  it('ends in time when the remote hangs, with 69, and keeps everything', async () => {
    const place = workplaceIn(scene(), { remote: remote().url, requestTimeoutMs: 60_000 });
    const ids = enqueue(place, 'a', 'b');
    remote().always = hangs;

    const said = await run('--budget', '2s', '--json'); // the start of the process is a part of it

    expect(said.code).to.equal(69);
    expect(said.document()).to.include({ sent: 0, left: 2 });
    expect(said.document()['durationMs']).to.be.lessThan(3000);
    expect(shelves(place).outbox).to.deep.equal([...ids].sort());
  });

  it('shows, requeues and drops what was refused, and says why it was', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const [id = ''] = enqueue(place, 'a');
    remote().behaviours.push(status(422, {}, 'no such field \u001b[2J'));

    const refused = await run();
    const listed = await run('list', 'failed');
    const shown = await run('show', id.slice(0, 8));
    const unconfirmed = await run('drop', id);
    const requeued = await run('requeue', id);

    expect(refused).to.include({ code: 65 });
    expect(listed.output).to.match(new RegExp(`^${id}  failed +\\S+  PUT: 422 Unprocessable Entity: no such field \\\\x1b\\[2J$`, 'm'));
    expect(shown.document()).to.deep.include({ id, trigger: 'manual' });
    expect(shown.errors).to.include('refused: PUT: 422');
    expect(unconfirmed).to.include({ code: 64, output: '' });
    expect(requeued.output).to.equal(`[OK] ${id} waits again\n`);
    expect(shelves(place)).to.deep.equal({ outbox: [id], sent: [], failed: [] });
    expect(await run('drop', id, '--yes')).to.include({ code: 0, output: `[OK] ${id} is gone\n` });
    expect(shelves(place)).to.deep.equal({ outbox: [], sent: [], failed: [] });
  });

  it('requeues and drops every file of an id', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const [id = ''] = enqueue(place, 'a');
    const again = (): void => {
      const path = place.store.find(id)?.path ?? '';
      copyFileSync(path, join(dirname(path), `7-${basename(path).replace(/^\d+-/, '')}`));
    };
    again();
    await run();

    await run('requeue', id);
    expect(shelves(place)).to.deep.equal({ outbox: [id, id], sent: [], failed: [] });

    await run('--max', '1');
    await run('drop', id, '--yes');
    expect(shelves(place)).to.deep.equal({ outbox: [], sent: [], failed: [] });
  });

  for (const command of [['drop', '--yes'], ['requeue']] as const) {
    it(`${command[0]} leaves a running sync alone, and says so`, async () => {
      const place = workplaceIn(scene(), { remote: remote().url });
      const [id = ''] = enqueue(place, 'a');
      await run();
      const before = shelves(place);
      const lock = await acquireLock(join(place.directories.state, 'sync.lock'));

      const said = await run(...command, id);
      lock?.release();

      expect(said).to.include({ code: 75, output: '' });
      expect(said.errors).to.include(`another sync is running (pid ${process.pid}); try again when it has ended`);
      expect(shelves(place)).to.deep.equal(before);
      expect(await run(...command, id)).to.include({ code: 0, errors: '' });
    });
  }

  it('status tells what waits, and that the remote is left alone', async () => {
    enqueue(workplaceIn(scene(), { remote: remote().url }), 'a');
    remote().behaviours.push(status(503, { 'retry-after': '60' }));
    await run();

    const facts = (await run('status', '--json')).document();
    const said = await run('status');

    expect(facts).to.deep.include({ outbox: 1, sent: 0, failed: 0, remote: remote().url, reason: 'PUT: 503 Service Unavailable' });
    expect(said.output).to.match(/^outbox {2}1, the oldest for [\d.]+s$/m).and.match(/^\[WARNING\] left alone for /m);
  });

  it('export copies every item, and does not touch what is there', async () => {
    const place = workplaceIn(scene(), { remote: remote().url });
    const ids = enqueue(place, 'a', 'b');
    await run('--max', '1');
    const directory = scene().path('exported');

    const said = await run('export', directory);
    await run('export', directory);

    expect(said.output).to.equal(`[OK] 2 copied to ${directory}\n`);
    expect(readdirSync(directory).sort()).to.deep.equal(ids.map((id) => `${id}.json`).sort());
    for (const id of ids) expect(JSON.parse(readFileSync(`${directory}/${id}.json`, 'utf8'))).to.include({ id });
  });

  for (const [args, code, words] of [
    [['sideways'], 64, /unknown word 'sideways'/],
    [['list', '--dry-run'], 64, /sync list has no --dry-run/],
    [['--quiet', '--dry-run'], 64, /--quiet and --dry-run exclude each other/],
    [['--max', '0'], 64, /--max expects a number from 1, got '0'/],
    [['--budget', 'soon'], 64, /--budget expects a time/],
    [['list', 'attic'], 64, /expects one of outbox, sent, failed, got 'attic'/],
    [['show'], 64, /expects an id, got nothing/],
    [['show', 'c-000000'], 1, /there is no item 'c-000000'/],
    [['--remote', 'http://example.org/'], 78, /sync\.remote: expected https:/],
    [['--config', '/nonexistent'], 78, /the configuration cannot be read/],
  ] as const) {
    it(`${args.join(' ')} exits with ${code}`, async () => {
      workplaceIn(scene(), {});

      const said = await run(...args);

      expect(said).to.include({ code, output: '' });
      expect(said.errors).to.match(words);
    });
  }

  it('leaves nothing where nothing is to be done', async () => {
    const help = await run('--help');

    expect(help.output).to.match(/^usage: holdfast sync /);
    expect(existsSync(scene().path('home'))).to.equal(false);
  });
});
