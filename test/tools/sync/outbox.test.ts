// The rules of the outbox: in which order and how often a remote is asked, and what is remembered from one run to the
// next.

import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { acquireLock } from '#lib/tools/lock.js';
import { Backoff } from '#lib/tools/sync/backoff.js';
import { retryAfterMs } from '#lib/tools/sync/http/replies.js';
import { sync } from '#lib/tools/sync/sync.js';
import type { Workplace } from '#lib/tools/workplace.js';

import { useScene } from '../../support/scene.js';
import { FakeRemote, hangs, resets, status, useFakeRemote, wellBehaved } from './fake-remote.js';
import { enqueue, enqueueOf, logOf, reasonFor, shelves, workplaceIn } from './workplace.js';

const SLOW = { backoff: { minMs: 1000, maxMs: 900_000 } };

describe('the outbox', () => {
  const scene = useScene();
  const remote = useFakeRemote();
  const place = (settings: Parameters<typeof workplaceIn>[1] = {}): Workplace =>
    workplaceIn(scene(), { remote: remote().url, ...settings });

  it('stays as it is without a remote', async () => {
    const local = workplaceIn(scene(), {});
    const ids = enqueue(local, 'one');

    const report = await sync(local);

    expect(report).to.include({ status: 'local-only', left: 1, exitCode: 0 });
    expect(shelves(local).outbox).to.deep.equal(ids);
  });

  it('is sent as far as max allows', async () => {
    const three = place();
    enqueue(three, 'a', 'b', 'c');

    expect(await sync(three, { max: 2 })).to.include({ sent: 2, left: 1, exitCode: 75 });
  });

  it('is sent with what is saved meanwhile', async () => {
    const growing = place();
    enqueue(growing, 'first');
    remote().behaviours.push((response, seen, self) => {
      enqueue(growing, 'second');
      wellBehaved(response, seen, self);
    });

    expect(await sync(growing)).to.include({ sent: 2, left: 0, exitCode: 0 });
  });

  it('refuses a file that is not what its name says, without asking the remote', async () => {
    const forged = place();
    const [id = ''] = enqueue(forged, 'the truth');
    const path = forged.store.find(id)?.path ?? '';
    writeFileSync(path, readFileSync(path, 'utf8').replace('the truth', 'a lie'));

    const report = await sync(forged);

    expect(report).to.include({ sent: 0, failed: 1, exitCode: 65 });
    expect(remote().seen).to.deep.equal([]);
    expect(reasonFor(forged, id)).to.match(/not what its name says/);
  });

  it('tries what was refused again when asked to', async () => {
    const again = place();
    enqueue(again, 'a');
    remote().behaviours.push(status(400));
    await sync(again);

    expect(await sync(again), 'without').to.include({ sent: 0, exitCode: 0 });
    expect(await sync(again, { retryFailed: true }), 'with').to.include({ sent: 1, failed: 0, exitCode: 0 });
    expect(shelves(again).failed).to.deep.equal([]);
  });

  it('stops after three failures in a row, asks again only when it is time, and at once with --now', async () => {
    const away = place({ ...SLOW, concurrency: 1 });
    for (const project of ['a', 'b', 'c', 'd', 'e']) enqueueOf(project, away, 'saved');
    remote().always = resets;

    const first = await sync(away);
    const asked = remote().seen.length;
    const second = await sync(away);
    remote().always = wellBehaved;
    const third = await sync(away, { now: true });

    expect(first).to.include({ status: 'stopped', sent: 0, left: 5, exitCode: 69 });
    expect(asked).to.equal(3);
    expect(second.status).to.be.oneOf(['waiting', 'stopped']); // the share of the time that chance gave may be over
    if (second.status === 'waiting') expect(second).to.include({ left: 5, exitCode: 75, retryAt: first.retryAt });
    expect(third).to.include({ status: 'done', left: 0, exitCode: 0 });
    expect(await sync(away), 'forgotten after a success').to.include({ status: 'done' });
  });

  it('leaves the remote alone for as long as it asks', async () => {
    const paused = place({ concurrency: 1 });
    enqueue(paused, 'a', 'b');
    remote().behaviours.push(status(429, { 'retry-after': '100' }));

    const before = Date.now();
    const first = await sync(paused);

    expect(first).to.include({ status: 'stopped', sent: 0, left: 2, exitCode: 75 });
    expect(first.retryAt).to.be.within(before + 100_000, Date.now() + 100_001);
    expect(await sync(paused)).to.include({ status: 'waiting', exitCode: 75, reason: 'PUT: 429 Too Many Requests' });
    expect(remote().seen).to.have.length(1);
  });

  it('ends with its budget, and remembers a remote that hangs', async () => {
    const hung = place({ ...SLOW, requestTimeoutMs: 60_000 });
    enqueue(hung, 'a', 'b', 'c');
    remote().always = hangs;

    const report = await sync(hung, { budgetMs: 300 });

    expect(report).to.include({ status: 'stopped', sent: 0, left: 3, exitCode: 69 });
    expect(report.durationMs).to.be.within(290, 1500);
    expect(report.retryAt).to.be.a('number');
  });

  it('ends at once when the caller aborts, and holds nothing against the remote', async () => {
    const hung = place({ ...SLOW, requestTimeoutMs: 60_000 });
    enqueue(hung, 'a');
    const enough = new AbortController();
    remote().always = () => enough.abort();

    const report = await sync(hung, { signal: enough.signal });
    remote().always = wellBehaved;

    expect(report).to.include({ sent: 0, left: 1, exitCode: 75 });
    expect(report.retryAt).to.equal(undefined);
    expect(await sync(hung)).to.include({ sent: 1, exitCode: 0 });
  });

  it('is sent by one at a time', async () => {
    const busy = place();
    enqueue(busy, 'a');
    const lock = await acquireLock(join(busy.directories.state, 'sync.lock'));

    const report = await sync(busy, { waitMs: 50 });
    lock?.release();

    expect(report).to.include({ status: 'busy', sent: 0, left: 1, exitCode: 75, reason: `another sync is running (pid ${process.pid})` });
    expect(remote().seen).to.deep.equal([]);
  });

  it('has its pauses for each remote', async () => {
    const two = place({ ...SLOW });
    enqueue(two, 'a');
    remote().behaviours.push(status(503, { 'retry-after': '60' }));
    await sync(two);
    const other = await FakeRemote.start();

    const report = await sync(two, { remote: other.url });
    await other.stop();

    expect(report).to.include({ status: 'done', sent: 1, exitCode: 0 });
  });

  it('says in the log what became of it', async () => {
    const logged = place({ concurrency: 1 });
    enqueue(logged, 'a', 'b');
    remote().behaviours.push(status(400, {}, 'line\nend \u001b[31m'));

    await sync(logged);

    expect(logOf(logged)).to.match(/\[OK\] sync\[\d+\]: 1 sent, 0 left, 1 failed\n/);
    expect(logOf(logged)).to.include('refused: PUT: 400 Bad Request: line end \\x1b[31m\n');
  });
});

describe('the pause after failures', () => {
  const scene = useScene();

  it('is a share of a time that doubles up to the limit', () => {
    const backoff = new Backoff(scene().path('state'), 'https://remote', { minMs: 1000, maxMs: 10_000 });
    const lengths = [1, 1, 1, 1, 1, 0.5, 0].map((random) => backoff.failed('away', 0, random).until - Date.now());

    const expected = [2000, 4000, 8000, 10_000, 10_000, 5000, 0];
    for (const [at, length] of lengths.entries()) expect(length).to.be.closeTo(expected[at] ?? 0, 200);
  });

  it('is forgotten when the clock was set back, and when the file is no such file', () => {
    const state = scene().path('state');
    const backoff = new Backoff(state, 'https://remote', { minMs: 1000, maxMs: 10_000 });
    backoff.failed('away', 600_000);

    expect(backoff.current()).to.include({ reason: 'away', failures: 1 });
    expect(backoff.current(Date.now() - 3_600_000), 'set back').to.equal(undefined);
    for (const text of ['', '{', '[]', 'null', '{"x":null}', '{"x":{"until":"soon"}}']) {
      writeFileSync(join(state, 'backoff.json'), text);
      expect(backoff.current(), text).to.equal(undefined);
    }
  });

  it('follows Retry-After as seconds and as a date, 15 minutes at most', () => {
    const now = Date.parse('2026-01-02T03:04:05Z');

    expect(retryAfterMs('7', now)).to.equal(7000);
    expect(retryAfterMs('Fri, 02 Jan 2026 03:04:35 GMT', now)).to.equal(30_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 03:04:35 GMT', now)).to.equal(0);
    expect(retryAfterMs('99999999999', now)).to.equal(900_000);
    expect(retryAfterMs('soon', now)).to.equal(undefined);
    expect(retryAfterMs(undefined, now)).to.equal(undefined);
  });
});
