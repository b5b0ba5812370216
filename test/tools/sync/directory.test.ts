// A directory as remote: whole files, none written twice, and a process that does not hang with its mount.

import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { canonicalJson } from '#lib/tools/save/context-record.js';
import { projectKeyOf } from '#lib/tools/save/project-key.js';
import { sync } from '#lib/tools/sync/sync.js';
import type { Workplace } from '#lib/tools/workplace.js';

import { useScene } from '../../support/scene.js';
import { enqueue, reasonFor, record, shelves, workplaceIn } from './workplace.js';

describe('a directory', () => {
  const scene = useScene();
  let directory = '';
  const place = (settings: Parameters<typeof workplaceIn>[1] = {}): Workplace =>
    workplaceIn(scene(), { remote: pathToFileURL(directory).href, ...settings });

  /** Of the only project. */
  const folder = (): string => join(directory, projectKeyOf(record('').project));

  beforeEach(() => {
    directory = scene().path('a share, % of $HOME');
    mkdirSync(directory);
  });

  it('gets every item as a file of its own, and nothing else', async () => {
    const forty = place({ verify: true });
    const ids = enqueue(forty, ...Array.from({ length: 40 }, (_, at) => `item ${at}`));

    const report = await sync(forty);

    expect(report).to.include({ status: 'done', sent: 40, left: 0, exitCode: 0 });
    expect(readdirSync(directory)).to.deep.equal([basename(folder())]);
    expect(readdirSync(folder()).sort()).to.deep.equal(ids.map((id) => `${id}.json`).sort());
    expect(readFileSync(join(folder(), `${record('item 7').id}.json`), 'utf8')).to.equal(`${canonicalJson(record('item 7'))}\n`);
  });

  it('that has an item already keeps it as it is', async () => {
    const known = place();
    const [id = ''] = enqueue(known, 'known');
    const earlier = canonicalJson(record('known', { createdAt: '2020-01-01T00:00:00.000Z' }));
    mkdirSync(folder());
    writeFileSync(join(folder(), `${id}.json`), earlier);

    expect(await sync(known)).to.include({ sent: 1, exitCode: 0 });
    expect(readFileSync(join(folder(), `${id}.json`), 'utf8')).to.equal(earlier);
  });

  it('that has something else by this id refuses the item, and takes the others', async () => {
    const two = place();
    const [id = '', other = ''] = enqueue(two, 'a', 'b');
    mkdirSync(folder());
    writeFileSync(join(folder(), `${id}.json`), 'half of');

    expect(await sync(two)).to.include({ sent: 1, failed: 1, exitCode: 65 });
    expect(shelves(two)).to.deep.equal({ outbox: [], sent: [other], failed: [id] });
    expect(reasonFor(two, id)).to.equal('the directory holds something else by this id');
  });

  it('that is not there is not made: the share may not be mounted', async () => {
    const ids = enqueue(place(), 'a');
    directory = join(directory, 'missing');
    const report = await sync(place());

    expect(report).to.include({ status: 'stopped', sent: 0, left: 1, exitCode: 69 });
    expect(report.reason).to.match(/^ENOENT: .*not mounted/);
    expect(shelves(place()).outbox).to.deep.equal(ids);
  });

  it('that cannot be written ends the run', async function () {
    if (process.getuid?.() === 0) this.skip(); // root may write everywhere
    chmodSync(directory, 0o500);
    enqueue(place(), 'a');

    expect(await sync(place())).to.include({ sent: 0, left: 1, exitCode: 78 });
  });

  it('in which a link lies in wait for the file that is written leads nowhere', async () => {
    const [id = ''] = enqueue(place(), 'a');
    const victim = scene().path('victim');
    writeFileSync(victim, 'untouched');
    const writer = createHash('sha256').update(`${hostname()} ${String(process.getuid?.())}`).digest('hex').slice(0, 8);
    mkdirSync(folder());
    symlinkSync(victim, join(folder(), `.${id}-${writer}.tmp`));

    expect(await sync(place())).to.include({ sent: 1, exitCode: 0 });

    expect(readdirSync(folder())).to.deep.equal([`${id}.json`]);
    expect(readFileSync(victim, 'utf8')).to.equal('untouched');
  });
});
