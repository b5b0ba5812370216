// A project on a file system for which another program answers, as on a network mount that is well.

import { expect } from 'chai';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { mountsIn } from '../../lib/tools/look/mounts.js';
import { itIf, whyNo } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene } from '../support/scene.js';
import { Repository } from './save/repository.js';

const HOLDFAST = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')];
/** FILES MOUNT command...: what is below FILES is shown at MOUNT by a program, until the command has ended. */
const MOUNTED = 'files=$1 mount=$2; shift 2; bindfs "$files" "$mount" && "$@"';
/** All of it ends with the shell, the program too. */
const ALONE = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', MOUNTED, 'sh'];

function whyNoMount(): string | undefined {
  return process.getuid?.() === 0 ? whyNo('bindfs') : 'only root may mount such a file system';
}

interface Saved {
  readonly project: { readonly root: string };
  readonly git: { readonly branch: string; readonly files: readonly unknown[]; readonly commits: readonly unknown[] };
}

describe('a mount that another program answers for', () => {
  const scene = useScene();
  let files: Repository;
  let mount = '';
  let home = '';

  beforeEach(() => {
    files = Repository.create(scene().path('files'));
    [mount, home] = [scene().path('mount'), scene().path('home')];
    mkdirSync(mount);
    mkdirSync(home, { mode: 0o700 });
  });

  async function inMount(argv: readonly string[]): Promise<string> {
    const env = { ...process.env, HOLDFAST_HOME: home, CLAUDE_CONFIG_DIR: scene().path('claude') };
    const run = scene().start([...ALONE, files.path, mount, ...argv], { env });
    const closed = new Promise((resolve) => run.child.once('close', resolve));

    expect([await run.ended(), run.errors]).to.deep.equal([{ code: 0, signal: null }, '']);
    await closed;
    return run.output;
  }

  const holdfast = async (...args: readonly string[]): Promise<string> => inMount([...HOLDFAST, ...args]);

  itIf(whyNoMount(), 'is found by a relative path, also from within', async () => {
    const there = ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', mount];

    const saved = JSON.parse(await inMount([...there, ...HOLDFAST, 'save', 'now', '--json', '--project', '.'])) as Saved;
    const checked = await inMount([...there, ...HOLDFAST, 'save-check', '--no-sync', '--project', join('..', 'mount')]);

    expect(saved.project.root).to.equal(mount);
    expect(checked).to.match(/^\[OK\] mount unchanged /);
  });

  itIf(whyNoMount(), 'is looked at as any other directory, also through a link', async () => {
    const link = scene().path('link');
    symlinkSync(mount, link);
    files.write('b.txt', 'two\n');
    const rules = { indicators: ['b.txt'] };
    writeFileSync(join(files.path, '.holdfast.json'), JSON.stringify(rules));

    const saved = JSON.parse(await holdfast('save', 'now', '--json', '--project', link)) as Saved;
    const checked = await holdfast('save-check', '--no-sync', '--explain', '--project', mount);

    expect(saved.git).to.deep.include({ branch: 'main', files: [['??', '.holdfast.json'], ['??', 'b.txt']] });
    expect(saved.git.commits).to.have.length(1);
    expect(checked).to.match(/unchanged/).and.to.match(/b\.txt changed/);
  });
});

describe('the list of mounts', () => {
  it('has the place and the type of each, with blanks and line ends as they are', () => {
    const lines = [
      '36 35 98:0 /mnt1 /mnt/a\\040b\\012c rw,noatime master:1 - nfs4 server:/x rw,vers=4.2',
      '37 35 0:5 / /plain rw - tmpfs tmpfs rw',
      '',
    ];

    expect(mountsIn(lines.join('\n'))).to.deep.equal([
      { point: '/mnt/a b\nc', type: 'nfs4' },
      { point: '/plain', type: 'tmpfs' },
    ]);
  });
});
