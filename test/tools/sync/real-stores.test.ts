// What is saved arrives at real stores, once, and is told from what else is there.

import { expect } from 'chai';

import type { ContextRecord } from '#lib/tools/save/context-record.js';
import { isSameContext } from '#lib/tools/sync/same-context.js';
import { sync } from '#lib/tools/sync/sync.js';

import { useScene } from '../../support/scene.js';
import { REAL_STORES, type RealStore } from './real-stores.js';
import { enqueue, reasonFor, record, shelves, workplaceIn } from './workplace.js';

for (const { name, replaces, missing, start } of REAL_STORES) {
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
  });
}
