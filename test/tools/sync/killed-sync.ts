// A sync that is killed right after one of its system calls, what is true then, and what a second one makes of it.

import { expect } from 'chai';

import { isIntact, type ContextRecord } from '#lib/tools/save/context-record.js';
import { sync } from '#lib/tools/sync/sync.js';

import { killedAfter } from '../../support/kill-after.js';
import type { Scene } from '../../support/scene.js';
import { wellBehaved, type Behaviour, type FakeRemote } from './fake-remote.js';
import { enqueue, record, shelves, workplaceIn } from './workplace.js';

export interface Killing {
  /** Of the system calls that change a file or the network. */
  readonly afterCall: number;
  readonly goodItems: number;
  /** How the remote answers while the first one runs. */
  readonly replies: readonly Behaviour[];
}

const BAD = record('bad').id;

/** The remote refuses one of the items. */
export const refusesOne: Behaviour = (response, seen, remote) => {
  if (!seen.path.endsWith(BAD)) return wellBehaved(response, seen, remote);
  response.writeHead(422).end('no such field');
};

/** The call after which it was killed; undefined when it ended before. Rejects when something is lost or doubled. */
export async function killedSync(
  scene: Scene,
  remote: FakeRemote,
  name: string,
  killing: Killing,
): Promise<string | undefined> {
  const place = workplaceIn(scene, { remote: `${remote.url}/${name}` }, name);
  const good = enqueue(place, ...Array.from({ length: killing.goodItems }, (_, at) => `${name} ${at}`));
  const ids = [...good, ...enqueue(place, 'bad')].sort();
  remote.always = refusesOne;
  // The item that is refused is refused each time: a remote that has kept it would have to be believed.
  const replies = killing.replies.map((reply): Behaviour => (response, seen, self) => {
    (seen.path.endsWith(BAD) ? refusesOne : reply)(response, seen, self);
  });
  remote.behaviours.splice(0, Infinity, ...replies);

  const call = await killedAfter(scene, killing.afterCall, ['sync'], place.directories.config);

  remote.behaviours.splice(0);
  const collection = `/contexts/${name}/`;
  const isHere = (path: string): boolean => path.startsWith(collection);
  const held = (): string[] =>
    [...remote.items.keys()].filter(isHere).map((path) => path.slice(collection.length)).sort();
  const { outbox, sent, failed } = shelves(place);
  expect([...outbox, ...sent, ...failed].sort(), 'each item is in one place').to.deep.equal(ids);
  expect(held(), 'what counts as sent is there').to.include.members([...sent]);
  expect([BAD], 'what is refused').to.include.members([...failed]);
  for (const item of (['outbox', 'sent', 'failed'] as const).flatMap((shelf) => place.store.items(shelf))) {
    expect(isIntact(JSON.parse(place.store.read(item)) as ContextRecord), `${item.path} is whole`).to.equal(true);
  }

  const report = await sync(place, { now: true });

  expect(report.exitCode).to.equal(failed.length === 0 ? 65 : 0);
  expect(shelves(place)).to.deep.equal({ outbox: [], sent: [...good].sort(), failed: [BAD] });
  expect(held(), 'what the remote holds').to.deep.equal([...good].sort());
  expect(remote.created.filter(isHere), 'what was created').to.have.length(good.length);
  return call;
}
