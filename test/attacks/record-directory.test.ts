// The directory of records where others have their hands in it: no record is made there, nothing of theirs is touched,
// and the tree says that it is unrecorded.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { eventually } from '../support/eventually.js';
import { frontArgv, readReport } from '../support/front.js';
import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { useScene, type Scene } from '../support/scene.js';
import { SOMEBODY_ELSE } from '../support/users.js';

type Plant = (home: string, scene: Scene) => void;

function directory(path: string, mode: number): void {
  mkdirSync(path);
  chmodSync(path, mode); // whatever the umask
}

/** Where a record must not be made. */
const HOSTILE: readonly { readonly what: string; readonly plant: Plant; readonly missing?: string | undefined }[] = [
  { what: 'a directory that everybody may write to', plant: (home) => (directory(home, 0o700), directory(join(home, 'run'), 0o777)) },
  { what: 'a directory that a group may read', plant: (home) => (directory(home, 0o700), directory(join(home, 'run'), 0o740)) },
  { what: 'a parent that everybody may write to', plant: (home) => (directory(home, 0o777), directory(join(home, 'run'), 0o700)) },
  { what: 'a missing directory below one that everybody may write to', plant: (home) => directory(home, 0o777) },
  {
    what: 'a symbolic link to a directory',
    plant: (home, scene) => {
      directory(home, 0o700);
      directory(scene.path('elsewhere'), 0o700);
      symlinkSync(scene.path('elsewhere'), join(home, 'run'));
    },
  },
  { what: 'a symbolic link to nothing', plant: (home) => (directory(home, 0o700), symlinkSync('/no/such/place', join(home, 'run'))) },
  { what: 'a file', plant: (home) => (directory(home, 0o700), writeFileSync(join(home, 'run'), 'a file')) },
  { what: 'a fifo', plant: (home) => (directory(home, 0o700), spawnSync('mkfifo', [join(home, 'run')])) },
  { what: 'a path that is too long', plant: () => undefined },
  {
    what: "another user's directory",
    plant: (home) => (directory(home, 0o700), directory(join(home, 'run'), 0o700), chownSync(join(home, 'run'), SOMEBODY_ELSE, 0)),
    missing: NEEDS_ROOT,
  },
  {
    what: "a directory in another user's",
    plant: (home) => (directory(home, 0o755), directory(join(home, 'run'), 0o700), chownSync(home, SOMEBODY_ELSE, 0)),
    missing: NEEDS_ROOT,
  },
  {
    what: "a directory behind another user's link to a place of his",
    plant: (home, scene) => {
      directory(scene.path('his'), 0o755);
      directory(join(scene.path('his'), 'run'), 0o700);
      chownSync(scene.path('his'), SOMEBODY_ELSE, 0);
      symlinkSync(scene.path('his'), home);
    },
    missing: NEEDS_ROOT,
  },
];

/** What stands below a directory, links not followed. */
function everythingBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name));
}

describe('a directory of records in hostile hands', () => {
  const scene = useScene();

  async function escapableWith(home: string): Promise<readonly string[]> {
    const report = scene().path('report.json');
    const options = { env: { ...process.env, HOLDFAST_HOME: home } };
    const front = scene().start(frontArgv(['--json-report', report, '--mechanism', 'subreaper'], ['true']), options);
    expect((await front.ended()).code, front.errors).to.equal(0);
    return readReport(report).escapable;
  }

  for (const { what, plant, missing } of HOSTILE) {
    itIf(missing, `keeps no record: ${what}`, async () => {
      const home = scene().path(what === 'a path that is too long' ? 'x/'.repeat(3000) : 'home');
      plant(home, scene());
      const before = everythingBelow(scene().directory);

      expect(await escapableWith(home)).to.include('unrecorded');

      expect(everythingBelow(scene().directory).filter((path) => !path.endsWith('report.json'))).to.deep.equal(before);
    });
  }

  const TRUSTED: readonly { readonly what: string; readonly plant: Plant }[] = [
    { what: 'a directory of its own', plant: () => undefined },
    { what: 'a directory in one where everybody may write but only owners remove', plant: (home) => directory(home, 0o1777) },
    {
      what: 'a directory behind a link of its own',
      plant: (home, scene) => {
        directory(scene.path('elsewhere'), 0o700);
        symlinkSync(scene.path('elsewhere'), home);
      },
    },
    { what: 'the group is its own', plant: (home) => directory(home, 0o770) },
  ];
  for (const { what, plant } of TRUSTED) {
    it(`keeps a record: ${what}`, async () => {
      const home = scene().path('home');
      plant(home, scene());

      expect(await escapableWith(home)).to.not.include('unrecorded');
      expect(readdirSync(join(home, 'run'))).to.deep.equal([]);
    });
  }

  it('removes nothing but its own record when the directory is exchanged meanwhile', async () => {
    const home = scene().path('home');
    const options = { env: { ...process.env, HOLDFAST_HOME: home } };
    const command = ['sh', '-c', 'echo up; read over'];
    const front = scene().start(frontArgv(['--mechanism', 'subreaper'], command), { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    await eventually('the command runs', () => front.output === 'up\n');
    const run = join(home, 'run');
    const [record = ''] = await eventually('there is a record', () => {
      const names = readdirSync(run).filter((name) => name.endsWith('.tree'));
      return names.length === 1 && names;
    });

    renameSync(run, join(home, 'moved'));
    directory(run, 0o700);
    writeFileSync(join(run, record), 'precious', { mode: 0o600 });
    linkSync(join(run, record), scene().path('second-name'));
    front.child.stdin?.end('over\n');
    await front.ended();

    expect(readFileSync(join(run, record), 'utf8')).to.equal('precious');
  });
});
