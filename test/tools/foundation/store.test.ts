// The store and the files it is made of: private, whole, and not led astray by what others have put there.

import { expect } from 'chai';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openLog } from '#lib/tools/log.js';
import { makePrivateDirectory, replaceFile } from '#lib/tools/private-files.js';
import { Store } from '#lib/tools/save/store.js';

import { holdfast } from '../../support/command.js';
import { NEEDS_ROOT, itIf } from '../../support/mechanisms.js';
import { useScene } from '../../support/scene.js';
import { SOMEBODY_ELSE } from '../../support/users.js';
import { record } from '../sync/workplace.js';

const ROOT = '/src/app';

describe('the store', () => {
  const scene = useScene();
  const state = (): string => scene().path('home/state');
  const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
  const contexts = (): string => join(state(), 'contexts', readdirSync(join(state(), 'contexts'))[0] ?? '');

  function filledStore(): Store {
    const store = new Store(state());
    store.enqueue(record('a'));
    store.noteSeen(ROOT, { mark: 'm', savedAt: 7 });
    return store;
  }

  it('keeps files of mode 0600 in directories of mode 0700, whatever the umask is', () => {
    const umask = process.umask(0);
    try {
      filledStore();
      openLog(scene().path('home/logs')).write('OK', 'test', 'a line');
    } finally {
      process.umask(umask);
    }

    const entries = readdirSync(scene().path('home'), { recursive: true, withFileTypes: true });
    expect(entries.length).to.be.greaterThan(6);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      expect(modeOf(path), path).to.equal(entry.isDirectory() ? '700' : '600');
    }
  });

  it('has the same record once, wherever it is', () => {
    const store = filledStore();

    expect(store.enqueue(record('a'))).to.equal(false);
    const [item] = store.items('outbox');
    if (item !== undefined) store.acknowledge(item);
    expect(store.enqueue(record('a', { createdAt: '2027-01-01T00:00:00.000Z' }))).to.equal(false);
    expect(store.items('outbox')).to.deep.equal([]);
  });

  for (const [what, text] of [
    ['cut off', '{"id":"c-0'],
    ['empty', ''],
    ['changed', JSON.stringify({ ...record('a'), host: 'another' })],
    ['of another kind', '[]'],
    ['null', 'null'],
  ] as const) {
    it(`sets a last record aside that is ${what}, and saves anew`, async () => {
      const project = scene().path('project');
      mkdirSync(project);
      const save = async () => holdfast(scene(), ['save', 'now', '--project', project, '--json'], scene().path('home'));
      const first = (await save()).document()['id'];
      writeFileSync(join(contexts(), 'latest.json'), text);

      const again = await save();

      expect([again.code, again.document()['id']]).to.deep.equal([0, first]);
      const [aside = ''] = readdirSync(contexts()).filter((name) => name.startsWith('latest.json.damaged-'));
      expect(readFileSync(join(contexts(), aside), 'utf8')).to.equal(text);
      expect(new Store(state()).items('outbox')).to.have.length(1);
    });
  }

  it('does without a note of the last look that is damaged', () => {
    const store = filledStore();
    expect(store.seenOf(ROOT)).to.deep.equal({ mark: 'm', savedAt: 7 });

    for (const text of ['', '{', '[]', 'null', '{"mark":7}', '{"mark":"m","savedAt":"soon"}']) {
      writeFileSync(join(contexts(), 'seen.json'), text);
      expect(store.seenOf(ROOT), text).to.equal(undefined);
    }
  });

  for (const root of ['/../../../etc', '/a/../b', '/', '/\u0000', '..', '', '/\u001b[2J', `/${'x'.repeat(5000)}`]) {
    it(`keeps the project ${JSON.stringify(root.slice(0, 20))} below its own directory`, () => {
      const project = { name: 'x', root, repo: null };

      new Store(state()).enqueue(record('a', { project }));

      expect(readdirSync(scene().directory)).to.deep.equal(['home']);
      expect(readdirSync(scene().path('home'))).to.deep.equal(['state']);
      expect(readdirSync(join(state(), 'contexts')).join()).to.match(/^[0-9a-f]{32}$/);
    });
  }

  it('takes no file of another name for an item', () => {
    const store = filledStore();
    for (const name of ['..', 'x.json', `1-c-${'0'.repeat(31)}.json`, `1-c-${'0'.repeat(32)}.json.tmp`, `.1-c-${'0'.repeat(32)}.json-abc`]) {
      if (name !== '..') writeFileSync(join(state(), 'outbox', name), '');
    }

    expect(store.items('outbox')).to.have.length(1);
    expect(store.find('../latest')).to.equal(undefined);
  });

  it('asks for nothing and makes nothing when something is only looked up', () => {
    const store = new Store(state());

    expect([store.latestOf(ROOT), store.seenOf(ROOT), store.items('sent')]).to.deep.equal([undefined, undefined, []]);
    expect(existsSync(state())).to.equal(false);
  });
});

describe('a private directory', () => {
  const scene = useScene();
  const refusal = (path: string): { exitCode?: number; message: string } => {
    try {
      makePrivateDirectory(path);
    } catch (error) {
      return error as Error;
    }
    throw new Error(`${path} was accepted`);
  };

  it('is made with those above it', () => {
    makePrivateDirectory(scene().path('a/b/c'));
    makePrivateDirectory(scene().path('a/b/c'));

    for (const name of ['a', 'a/b', 'a/b/c']) expect(statSync(scene().path(name)).mode & 0o777).to.equal(0o700);
  });

  it('is refused when others may enter it', () => {
    mkdirSync(scene().path('open'));
    chmodSync(scene().path('open'), 0o750);

    expect(refusal(scene().path('open'))).to.include({ exitCode: 77 }).with.property('message').that.matches(/expected a directory of mode 0700 owned by user \d+, got 0750/);
  });

  it('is refused when it is a link, also to a directory of ours', () => {
    mkdirSync(scene().path('own'), { mode: 0o700 });
    symlinkSync(scene().path('own'), scene().path('link'));

    expect(refusal(scene().path('link'))).to.include({ exitCode: 73 });
  });

  it('is refused when it is a file', () => {
    writeFileSync(scene().path('file'), '');

    expect(refusal(scene().path('file'))).to.include({ exitCode: 73 });
  });

  itIf(NEEDS_ROOT, 'is refused when it is of another user', () => {
    mkdirSync(scene().path('theirs'), { mode: 0o700 });
    chownSync(scene().path('theirs'), SOMEBODY_ELSE, SOMEBODY_ELSE);

    expect(refusal(scene().path('theirs')).message).to.match(new RegExp(`got 0700 of user ${SOMEBODY_ELSE}`));
  });
});

describe('a file that is replaced', () => {
  const scene = useScene();

  it('is another file than before: who reads the old one sees it whole', () => {
    const path = scene().path('file');
    replaceFile(path, 'old');
    const { ino } = statSync(path);

    replaceFile(path, 'new');

    expect(statSync(path).ino).to.not.equal(ino);
    expect(readFileSync(path, 'utf8')).to.equal('new');
    expect(readdirSync(scene().directory)).to.deep.equal(['file']);
  });

  it('takes the place of a link, and leaves what that led to', () => {
    writeFileSync(scene().path('victim'), 'untouched');
    symlinkSync(scene().path('victim'), scene().path('file'));

    replaceFile(scene().path('file'), 'new');

    expect(readFileSync(scene().path('victim'), 'utf8')).to.equal('untouched');
    expect(readFileSync(scene().path('file'), 'utf8')).to.equal('new');
  });

  it('leaves nothing beside it when it cannot be replaced', () => {
    mkdirSync(scene().path('directory'));

    expect(() => replaceFile(scene().path('directory'), 'new')).to.throw(/EISDIR/);
    expect(readdirSync(scene().directory)).to.deep.equal(['directory']);
  });
});
