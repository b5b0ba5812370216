// What the `.holdfast.json` of a real repository makes of a saved context: which changed files it names.

import { expect } from 'chai';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { activityOf } from '#lib/tools/save/activity.js';
import { checkConfig } from '#lib/tools/config/config.js';
import type { ContextRecord } from '#lib/tools/save/context-record.js';
import { parseStatus } from '#lib/tools/git/parse-git.js';
import { Store } from '#lib/tools/save/store.js';
import { openProject } from '#lib/tools/project.js';

import { holdfast } from '../../support/command.js';
import { useScene } from '../../support/scene.js';
import { Repository } from './repository.js';

interface Asked {
  readonly include?: unknown;
  readonly exclude?: unknown;
}

describe('the file of a project', () => {
  const scene = useScene();
  let repository: Repository;

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    mkdirSync(scene().path('home'), { mode: 0o700 });
    for (const name of ['src', 'src/made', 'docs']) mkdirSync(join(repository.path, name));
    for (const name of ['src/a.ts', 'src/made/b.ts', 'docs/c.md', 'd.log']) repository.write(name, 'one\n');
    repository.write('.holdfast.json', '{}');
    repository.git('add', '.');
    repository.git('commit', '--quiet', '--message', 'the second');
    for (const name of ['src/a.ts', 'src/made/b.ts', 'docs/c.md', 'd.log']) repository.write(name, 'two\n');
    repository.git('add', 'docs/c.md');
    repository.write('src/new.ts', '');
  });

  async function saved(asked: Asked, project = repository.path): Promise<ContextRecord> {
    writeFileSync(join(project, '.holdfast.json'), JSON.stringify(asked));
    repository.git('update-index', '--assume-unchanged', '.holdfast.json');
    const { document } = await holdfast(scene(), ['save-check', '--force', '--no-sync', '--json', '--project', project], scene().path('home'));
    expect(document()['exitCode']).to.equal(0);
    const record = new Store(scene().path('home/state')).latestOf(realpathSync(project));
    if (record === undefined) throw new Error('nothing was saved');
    return record;
  }

  const filesOf = ({ git }: ContextRecord): string[] => (git?.files ?? []).map(([letters, path]) => `${letters} ${path}`).sort();
  const EVERYTHING = ['.M d.log', '.M src/a.ts', '.M src/made/b.ts', '?? src/new.ts', 'M. docs/c.md'];

  const CASES: readonly (readonly [Asked, readonly string[], object])[] = [
    [{}, EVERYTHING, { staged: 1, unstaged: 3, untracked: 1, conflicts: 0 }],
    [{ include: [], exclude: [] }, EVERYTHING, { staged: 1, unstaged: 3, untracked: 1, conflicts: 0 }],
    [{ exclude: ['src/made', '*.log'] }, ['.M src/a.ts', '?? src/new.ts', 'M. docs/c.md'], { staged: 1, unstaged: 1, untracked: 1, conflicts: 0 }],
    [{ include: ['src'], exclude: ['**/b.ts'] }, ['.M src/a.ts', '?? src/new.ts'], { staged: 0, unstaged: 1, untracked: 1, conflicts: 0 }],
    [{ include: ['**/*.md'] }, ['M. docs/c.md'], { staged: 1, unstaged: 0, untracked: 0, conflicts: 0 }],
    [{ exclude: ['**'] }, [], { staged: 0, unstaged: 0, untracked: 0, conflicts: 0 }],
  ];

  for (const [asked, files, counts] of CASES) {
    it(`with ${JSON.stringify(asked)} has a context name ${files.length} of 5 files, and count no others`, async () => {
      const record = await saved(asked);

      expect(filesOf(record)).to.deep.equal(files);
      expect(record.git).to.deep.include({ counts, truncated: false });
    });
  }

  it('makes no new record of a change that is excluded', async () => {
    const first = await saved({ exclude: ['d.log', 'src/new'] });
    repository.write('d.log', 'three\n');
    repository.git('add', 'd.log');
    const same = await saved({ exclude: ['d.log', 'src/new'] });
    const other = await saved({});

    expect(same.id).to.equal(first.id);
    expect(other.id, 'the control').to.not.equal(first.id);
  });

  it('speaks of paths from the project, also below the top of the repository', async () => {
    const inner = await saved({ include: ['a.ts', 'made'] }, join(repository.path, 'src'));
    const rest = await saved({ exclude: ['made'] }, join(repository.path, 'src'));

    expect(filesOf(inner)).to.deep.equal(['.M src/a.ts', '.M src/made/b.ts']);
    expect(filesOf(rest)).to.include.members(['.M src/a.ts', '.M d.log']).and.not.include('.M src/made/b.ts');
  });

  it('leaves the indicators alone', async () => {
    const config = checkConfig({}, '');
    const looked = async (asked: object): Promise<unknown> => {
      writeFileSync(join(repository.path, '.holdfast.json'), JSON.stringify({ indicators: ['d.log', '.git/HEAD'], ...asked }));
      const { signs, mark } = await activityOf(await openProject(repository.path, config, {}), config.activity);
      return { signs, mark };
    };

    expect(await looked({ include: ['src'], exclude: ['**'] })).to.deep.equal(await looked({}));
  });

  it('is warned of where its lists leave the project, and every file is named then', async () => {
    for (const list of [['../out'], ['/etc'], 'src', [7], ['C:\\x'], ['a\u001b[2J']]) {
      writeFileSync(join(repository.path, '.holdfast.json'), JSON.stringify({ include: list, exclude: list }));

      const { include, exclude, warnings } = await openProject(repository.path, checkConfig({}, ''), {});

      expect([include, exclude]).to.deep.equal([[], []]);
      expect(warnings).to.have.length(2);
      expect(warnings[0]).to.match(/^\.holdfast\.json: include: expected a list of up to 64 relative paths or patterns that stay in the project, .*, got /);
    }
  });

  it('is shown by `holdfast config show`', async () => {
    writeFileSync(join(repository.path, '.holdfast.json'), JSON.stringify({ exclude: ['**/*.log'] }));

    const { output } = await holdfast(scene(), ['config', 'show', '--project', repository.path], scene().path('home'));

    expect(output).to.match(/^exclude +\["\*\*\/\*\.log"\] +project$/m).and.match(/^include +\[\] +default$/m);
  });

  it('has a renamed file named when both its names may be', () => {
    const renamed = ['2 R. N... 100644 100644 100644 1 2 R100 new', 'old'];
    const output = Buffer.from([...renamed, '1 .M N... 100644 100644 100644 1 2 plain', ''].join('\0'));
    const filesWithout = (name: string): string[] => {
      return parseStatus(output, 9, (path) => path !== name).files.map(([, path]) => path);
    };

    expect(filesWithout('')).to.deep.equal(['new', 'plain']);
    expect(filesWithout('old')).to.deep.equal(['plain']);
    expect(filesWithout('new')).to.deep.equal(['plain']);
  });
});
