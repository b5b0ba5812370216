// A save that is killed right after one of its system calls, what is true then, and what the next one makes of it.

import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { isIntact, type ContextRecord } from '#lib/tools/save/context-record.js';

import { holdfast } from '../../support/command.js';
import { killedAfter } from '../../support/kill-after.js';
import type { Scene } from '../../support/scene.js';
import { shelves, workplaceIn } from '../sync/workplace.js';
import type { Repository } from './repository.js';

export interface Killing {
  /** Of the system calls that change a file. */
  readonly afterCall: number;
  /** Saves that were done before it, each of another state. */
  readonly before: number;
  /** What is killed: `save now`, or the save of a scheduler. */
  readonly by: 'save now' | 'save-check';
}

const WORDS = { 'save now': ['save', 'now'], 'save-check': ['save-check', '--force'] } as const;

/** The call after which it was killed; undefined when it ended before. Rejects when something is lost or doubled. */
export async function killedSave(
  scene: Scene,
  repository: Repository,
  name: string,
  { afterCall, before, by }: Killing,
): Promise<string | undefined> {
  const place = workplaceIn(scene, {}, name);
  const home = place.directories.config;
  const save = async (): Promise<ContextRecord> => {
    const said = await holdfast(scene, ['save', 'now', '--project', repository.path, '--json'], home);
    expect([said.code, said.errors], 'a save').to.deep.equal([0, '']);
    return said.document() as unknown as ContextRecord;
  };
  const earlier: string[] = [];
  for (let at = 0; at < before; at += 1) {
    repository.git('commit', '--quiet', '--allow-empty', '--message', `${name} ${at}`);
    earlier.push((await save()).id);
  }
  repository.git('commit', '--quiet', '--allow-empty', '--message', name);

  const call = await killedAfter(scene, afterCall, [...WORDS[by], '--project', repository.path], home);

  const survived = shelves(place).outbox;
  expect(survived, 'what was saved before').to.include.members(earlier);
  expect(survived.length - earlier.length, 'what was being saved').to.be.within(0, 1);
  expectWhole(join(home, 'state'));

  const saved = await save();

  expect(shelves(place)).to.deep.equal({ outbox: [...earlier, saved.id].sort(), sent: [], failed: [] });
  expect(survived, 'no record but these').to.have.length(survived.filter((id) => [...earlier, saved.id].includes(id)).length);
  expect(place.store.latestOf(repository.path)?.id).to.equal(saved.id);
  expect(damaged(join(home, 'state'))).to.deep.equal([]);
  return call;
}

/** What is found under the name of a record is one, from its first byte to its last. */
function expectWhole(state: string): void {
  for (const path of filesBelow(state)) {
    const name = basename(path);
    const text = readFileSync(path, 'utf8');
    if (/^(\d+-c-[0-9a-f]{32}\.[a-z0-9-]+|latest)\.json$/.test(name)) {
      expect(text.endsWith('}\n') && isIntact(JSON.parse(text) as ContextRecord), `${name} is whole`).to.equal(true);
    } else if (name === 'seen.json' || name === 'last-run.json') {
      expect(JSON.parse(text), name).to.be.an('object');
    } else if (basename(dirname(dirname(path))) === 'git' && !name.endsWith('.lock')) {
      expect(text, `${name} of the stand-in for git`).to.match(/^$|\n$/);
    } else {
      expect(name, 'a file of another name').to.match(/^\..+-[0-9a-f]{12}$|\.lock$/);
    }
  }
}

function damaged(state: string): string[] {
  return filesBelow(state).filter((path) => path.includes('.damaged-'));
}

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
