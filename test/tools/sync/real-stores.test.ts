// What is saved arrives at real stores, once, and is told from what else is there.

import { expect } from 'chai';

import type { ContextFacts, ContextRecord } from '#lib/tools/save/context-record.js';
import { remoteContext } from '#lib/tools/sync/remote-context.js';
import { isSameContext } from '#lib/tools/sync/same-context.js';
import { sync } from '#lib/tools/sync/sync.js';
import type { Workplace } from '#lib/tools/workplace.js';

import { eventually } from '../../support/eventually.js';
import { useScene } from '../../support/scene.js';
import { Repository } from '../save/repository.js';
import { REAL_STORES, type RealStore } from './real-stores.js';
import { enqueue, reasonFor, record, shelves, workplaceIn } from './workplace.js';

for (const { name, replaces, isAsked, missing, start } of REAL_STORES) {
  describe(name, () => {
    let store: RealStore;
    afterEach(async () => {
      for (const variable of Object.keys(store.env)) Reflect.deleteProperty(process.env, variable);
      await store.stop();
    });
    const scene = useScene(); // ends after the store

    before(function () {
      const reason = missing();
      if (reason === undefined) return;
      console.log(`      skipped: ${reason}`);
      this.skip();
    });
    beforeEach(async () => {
      store = await start(scene());
      Object.assign(process.env, store.env);
    });

    it('has every item once, whole, and also when it is sent again', async () => {
      const place = workplaceIn(scene(), { ...store.settings, verify: true });
      const ids = enqueue(place, 'one', 'two "quoted" \\ \u00e4 \u{1f600}', 'three');

      const first = await sync(place);
      for (const item of place.store.items('sent')) place.store.requeue(item);
      const second = await sync(place);

      for (const report of [first, second]) expect(report).to.include({ status: 'done', sent: 3, left: 0, failed: 0, exitCode: 0 });
      const held = await store.contents();
      expect([...held.keys()].sort()).to.deep.equal([...ids].sort());
      for (const [id, text] of held) expect(isSameContext(JSON.parse(text) as ContextRecord, id), id).to.equal(true);
    });

    it(replaces ? 'gets what it should have' : 'keeps another content by the same id, and the item is refused', async () => {
      const place = workplaceIn(scene(), { ...store.settings, verify: true });
      const [id = '', other = ''] = enqueue(place, 'one', 'two');
      await sync(place);
      await store.overwrite(id, JSON.stringify(record('somebody else')));
      for (const item of place.store.items('sent')) place.store.requeue(item);

      const report = await sync(place);

      const held = JSON.parse((await store.contents()).get(id) ?? '') as ContextRecord;
      expect(isSameContext(held, replaces ? id : record('somebody else').id)).to.equal(true);
      expect(report).to.include(replaces ? { sent: 2, failed: 0, exitCode: 0 } : { sent: 1, failed: 1, exitCode: 65 });
      if (replaces) return;
      expect(shelves(place)).to.deep.equal({ outbox: [], sent: [other], failed: [id] });
      expect(reasonFor(place, id)).to.equal('the remote holds something else by this id');
    });

    it('has once what two machines save at the same time', async () => {
      const [one, other] = ['one', 'other'].map((home) => workplaceIn(scene(), { ...store.settings, concurrency: 4 }, home)) as [Workplace, Workplace];
      const texts = Array.from({ length: 20 }, (_, at) => `state ${at}`);
      const ids = enqueue(one, ...texts);
      enqueue(other, ...texts);

      const reports = await Promise.all([sync(one), sync(other)]);
      for (const place of [one, other]) reports.push(await sync(place)); // S3 may say 409 to the second of two writers

      expect(reports.slice(2).map(({ left, failed }) => [left, failed])).to.deep.equal([[0, 0], [0, 0]]);
      const held = await store.contents();
      expect([...held.keys()].sort()).to.deep.equal([...ids].sort());
      for (const [id, text] of held) expect(isSameContext(JSON.parse(text) as ContextRecord, id), id).to.equal(true);
    });

    it('tells the newest context of a project, which another machine has saved', async function () {
      if (!isAsked()) this.skip();
      const repository = Repository.create(scene().path('app'));
      repository.git('remote', 'add', 'origin', 'https://example.org/owner/app.git');
      const saved = (text: string, minute: number, changed: Partial<ContextFacts> = {}): ContextRecord =>
        record(text, { createdAt: `2026-01-02T03:0${minute}:00.000Z`, host: `machine-${minute}`, ...changed });
      const elsewhere = workplaceIn(scene(), store.settings, 'elsewhere');
      const newest = saved('newest', 5);
      const ofAnother = saved('of another', 9, { project: { name: 'app', root: '/src/app', repo: 'example.org/other/app' } });
      for (const one of [saved('old', 1), newest, saved('older', 3), ofAnother]) elsewhere.store.enqueue(one);
      const here = workplaceIn(scene(), store.settings);

      expect(await remoteContext(here, { directory: repository.path }), 'of an empty store').to.equal(undefined);
      await sync(elsewhere);
      const found = async (): Promise<ContextRecord | undefined> => remoteContext(here, { directory: repository.path });
      await eventually('the store lists it', async () => (await found())?.id === newest.id); // Swift does so later

      expect(await found()).to.deep.equal(newest);
      await store.index?.();
      expect(await remoteContext(here, { directory: repository.path }), 'with an index').to.deep.equal(newest);
      expect(await remoteContext(here, { directory: scene().directory }), 'of a project that nobody has saved').to.equal(undefined);
    });
  });
}
