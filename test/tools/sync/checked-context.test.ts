// What comes from a store that others can write to: a saved context is told from what only looks like one.

import { expect } from 'chai';

import { identified, type ContextRecord } from '#lib/tools/save/context-record.js';
import { recallText } from '#lib/tools/save/recall.js';
import { saveContext } from '#lib/tools/save/save-context.js';
import { checkedContext } from '#lib/tools/sync/same-context.js';

import { useScene } from '../../support/scene.js';
import { Repository } from '../save/repository.js';
import { record, workplaceIn } from './workplace.js';

/** With everything that a context can have. */
const FULL = record('said', {
  git: {
    branch: 'main',
    head: 'a'.repeat(40),
    upstream: 'origin/main',
    ahead: 1,
    behind: 2,
    counts: { staged: 1, unstaged: 2, untracked: 3, conflicts: 0 },
    files: [['M.', 'a.txt']],
    truncated: false,
    commits: [['b'.repeat(40), '2026-01-02T03:04:05Z', 'the first']],
  },
  task: { id: '7', subject: 'to do' },
  prompt: { sha256: 'c'.repeat(64), bytes: 3, text: 'abc' },
  transcriptTail: 'the end',
  previous: record('before').id,
});
const OTHERS: readonly unknown[] = [undefined, null, 0, -1, 1.5, '', 'x', true, [], [[]], [null], {}, { toString: null }];

/** Each value of it and below it, replaced by that. */
function* replaced(value: unknown, by: unknown): Generator {
  yield by;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const one of replaced(inner, by)) {
      if (Array.isArray(value)) yield value.map((old: unknown, at) => (String(at) === key ? one : old));
      else yield { ...value, [key]: one };
    }
  }
}

/** With the digests of what it is, where it is an object. */
function forged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const facts = Object.entries(JSON.parse(JSON.stringify(value)) as object).filter(([key]) => key !== 'id' && key !== 'sha256');
  return identified(Object.fromEntries(facts) as unknown as ContextRecord);
}

describe('a context from a remote', () => {
  const scene = useScene();

  it('is taken as it was saved, with and without what a store adds', async () => {
    const repository = Repository.create(scene().path('app'));
    repository.write('changed.txt', 'x');
    const place = workplaceIn(scene(), {});
    const { record: saved } = await saveContext(place, { root: repository.path, trigger: 'manual', prompt: 'a prompt' });
    const { record: unversioned } = await saveContext(place, { root: scene().directory, trigger: 'stop' });

    for (const one of [saved, unversioned, FULL, record('said')]) {
      expect(checkedContext(one)).to.deep.equal(one);
      expect(checkedContext({ ...one, _id: one.id, _rev: '1-a' })).to.deep.equal(one);
    }
  });

  it('is none when a part of it is of another kind, also with the digests of what it is; what is one can be told', () => {
    let [none, some] = [0, 0];
    for (const by of OTHERS) {
      for (const value of replaced(FULL, by)) {
        const checked = checkedContext(forged(value));
        if (checked === undefined) none += 1;
        else some += recallText(checked, { maxChars: 4000 }).length > 0 ? 1 : 0;
      }
    }
    expect({ none: none > 500, some: some > 10 }, `${none} and ${some}`).to.deep.equal({ none: true, some: true });
  });

  it('is told without what would move a terminal', () => {
    const hostile = JSON.parse(JSON.stringify(FULL).replace(/"(?:M\.|a{40}|b{40}|2026-01-02T03:04:05Z|main|app|to do)"/g, '"\\u001b[2Jx"')) as ContextRecord;
    const checked = checkedContext(forged(hostile));

    expect(checked).not.to.equal(undefined);
    if (checked !== undefined) expect(recallText(checked, { maxChars: 4000 })).to.include('\\x1b[2Jx').and.not.include('\u001b');
  });

  it('is none when its id or digest is that of something else', () => {
    const other = record('another');

    expect(checkedContext({ ...FULL, id: other.id })).to.equal(undefined);
    expect(checkedContext({ ...FULL, sha256: other.sha256 })).to.equal(undefined);
    expect(checkedContext({ ...FULL, host: 'elsewhere' })).to.equal(undefined);
  });
});
