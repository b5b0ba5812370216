// In which order items are sent: of each project oldest first and one at a time, several projects at once; and what
// becomes of one at which a remote fails again and again.

import { expect } from 'chai';

import { StoredItem } from '#lib/tools/save/stored-item.js';
import { OutboxQueue } from '#lib/tools/sync/outbox-queue.js';
import { sync } from '#lib/tools/sync/sync.js';
import type { Workplace } from '#lib/tools/workplace.js';

import { useScene } from '../../support/scene.js';
import { hangs, resets, status, useFakeRemote, wellBehaved, type Behaviour } from './fake-remote.js';
import { enqueueOf, reasonFor, record, shelves, workplaceIn } from './workplace.js';

describe('the order of the outbox', () => {
  const scene = useScene();
  const remote = useFakeRemote();
  const place = (concurrency = 1): Workplace => workplaceIn(scene(), { remote: remote().url, concurrency });
  const asked = (): string[] => remote().seen.map(({ path }) => path.replace('/contexts/', ''));
  /** Fails in that way for one item, and is well otherwise. */
  const failsAt = (sick: string, how: Behaviour): Behaviour => (response, seen, self) =>
    (seen.path.endsWith(sick) ? how : wellBehaved)(response, seen, self);

  it('is that of saving, for one project one at a time, whatever may go at once', async () => {
    const made = place(8);
    const texts = Array.from({ length: 10 }, (_, at) => `state ${at}`);
    const ids = enqueueOf('one', made, ...texts);
    const byAge = made.store.items('outbox').map(({ id }) => id);

    const report = await sync(made);

    expect(report).to.include({ status: 'done', sent: 10, left: 0 });
    expect(remote().mostAtOnce).to.equal(1);
    expect(asked()).to.deep.equal(byAge).and.have.members([...ids]);
  });

  it('has several projects at once, as many as may', async () => {
    const made = place(2);
    const texts = Array.from({ length: 5 }, (_, at) => `state ${at}`);
    const ids = texts.map((text) => [enqueueOf('one', made, text), enqueueOf('two', made, text)].flat());
    const byAge = made.store.items('outbox').map(({ id }) => id);
    const held: (() => void)[] = []; // answered two by two: one alone would wait for ever
    remote().always = (response, seen, self) => {
      held.push(() => wellBehaved(response, seen, self));
      if (held.length === 2) for (const answer of held.splice(0)) answer();
    };

    const report = await sync(made);

    expect(report).to.include({ status: 'done', sent: 10, left: 0, failed: 0, exitCode: 0 });
    expect(remote().mostAtOnce).to.equal(2);
    for (const at of [0, 1]) {
      const own = ids.map((pair) => pair[at]);
      expect(asked().filter((id) => own.includes(id))).to.deep.equal(byAge.filter((id) => own.includes(id)));
    }
  });

  it('lets nothing of a project go before an item that is left, and other projects go on', async () => {
    const made = place();
    const [sick = '', after = ''] = [...enqueueOf('one', made, 'sick'), ...enqueueOf('one', made, 'after')];
    const [other = ''] = enqueueOf('two', made, 'other');
    remote().always = failsAt(sick, status(500));

    const report = await sync(made);

    expect(report).to.include({ status: 'done', sent: 1, left: 2, failed: 0, exitCode: 75 });
    expect(asked()).to.have.members([sick, other]);
    expect(shelves(made).outbox).to.have.members([sick, after]);
    remote().always = wellBehaved;
    expect(await sync(made), 'the next run').to.include({ sent: 2, left: 0, exitCode: 0 });
    expect(asked().slice(-2)).to.deep.equal([sick, after]);
  });

  it('goes on after an item that is refused', async () => {
    const made = place();
    const [poison = '', after = ''] = [...enqueueOf('one', made, 'poison'), ...enqueueOf('one', made, 'after')];
    remote().always = failsAt(poison, status(422, {}, 'no such field'));

    const report = await sync(made);

    expect(report).to.include({ sent: 1, left: 0, failed: 1, exitCode: 65 });
    expect(report.refusals).to.deep.equal([{ id: poison, reason: 'PUT: 422 Unprocessable Entity: no such field' }]);
    expect(reasonFor(made, poison)).to.equal('PUT: 422 Unprocessable Entity: no such field');
    expect(shelves(made)).to.deep.equal({ outbox: [], sent: [after], failed: [poison] });
  });

  for (const [how, behaviour] of [['500', status(500)], ['a reset', resets]] as const) {
    it(`is not held up for ever by an item that the remote meets with ${how}: it is refused while others are taken`, async () => {
      const made = place();
      const [sick = ''] = enqueueOf('one', made, 'sick');
      enqueueOf('one', made, 'after');
      remote().always = failsAt(sick, behaviour);

      const reports = [];
      for (let run = 1; run <= 5; run += 1) reports.push(await sync(made, { now: true }));

      expect(reports.map(({ sent }) => sent)).to.deep.equal([0, 0, 0, 0, 1]);
      expect(reports.map(({ failed }) => failed)).to.deep.equal([0, 0, 0, 0, 1]);
      expect(shelves(made)).to.include({}).and.have.property('failed').that.deep.equals([sick]);
      expect(reasonFor(made, sick)).to.match(/\(in 5 runs and more, while others were taken\)$/);
    });
  }

  it('does not hold it against an item that the budget ended while it was sent', async () => {
    const made = place();
    const [slow = ''] = enqueueOf('one', made, 'slow');
    enqueueOf('two', made, 'other');
    remote().always = hangs;
    for (let run = 1; run <= 6; run += 1) {
      expect(await sync(made, { now: true, budgetMs: 100 })).to.include({ sent: 0, exitCode: 69 });
    }
    remote().always = failsAt(slow, status(500));

    expect(await sync(made, { now: true })).to.include({ sent: 1, failed: 0, left: 1 });
  });

  it('is found by listing the outbox once, and once more when it seems to be empty', () => {
    const items = Array.from({ length: 1000 }, (_, at) => new StoredItem('', 'outbox', `${at}-${record('').id}.one.json`));
    let lists = 0;
    const queue = new OutboxQueue(() => {
      lists += 1;
      return lists === 1 ? items : [];
    });
    const taken: string[] = [];
    for (let one = queue.take(1); one.length > 0; one = queue.take(1)) {
      expect(queue.take(1), 'nothing of the project goes beside it').to.deep.equal([]);
      taken.push(...one.map(({ path }) => path));
      queue.free(one);
    }

    expect(taken).to.deep.equal(items.map(({ path }) => path));
    expect(lists).to.equal(2);
  });

  it('refuses nothing while the remote takes nothing, however often it is tried', async () => {
    const made = place();
    const ids = [...enqueueOf('one', made, 'a'), ...enqueueOf('one', made, 'b'), ...enqueueOf('two', made, 'c')];
    remote().always = status(500);

    for (let run = 1; run <= 8; run += 1) {
      expect(await sync(made, { now: true })).to.include({ sent: 0, failed: 0, left: 3 });
    }

    remote().always = wellBehaved;
    expect(await sync(made, { now: true })).to.include({ sent: 3, failed: 0, left: 0 });
    expect(shelves(made).sent).to.have.members(ids);
  });
});
