// Records that lie, that nobody could have written, or that are of elsewhere: no process dies of them. Each record here
// would end the innocent but for one thing, as the first test shows.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { cleanup, type CleanupReport } from '#lib/index.js';

import { Service, orphan, type Innocent } from '../support/innocents.js';
import { NEEDS_ROOT, itIf, whyUnavailable } from '../support/mechanisms.js';
import { SOME_ID, cgroupsHere, escapeField, makeHome, recordText, someId, writeRecord, type RecordLines } from '../support/records.js';
import { useScene } from '../support/scene.js';

const OTHER_ID = someId();

/** To open some of what is there would do something. */
function listed(directory: string): readonly string[] {
  return readdirSync(directory).map((name) => {
    const { ino, mode, size, mtimeMs } = lstatSync(join(directory, name));
    return [name, ino, mode, size, mtimeMs].join(' ');
  });
}

/** A clean-up of another home than the tests'. */
function cleanupIn(home: string): Promise<CleanupReport> {
  const before = process.env['HOLDFAST_HOME'];
  process.env['HOLDFAST_HOME'] = home;
  const report = cleanup({ minAge: 0 });
  process.env['HOLDFAST_HOME'] = before;
  return report;
}

describe('a forged record', () => {
  const scene = useScene();
  let home = '';
  let directory = '';
  beforeEach(() => {
    home = scene().path('home');
    directory = makeHome(home);
  });

  /** Writes the record, cleans up, and shows that the innocent lives. */
  async function provenHarmless(innocent: Innocent, lines: RecordLines): Promise<CleanupReport> {
    const witness = await orphan(scene());
    writeRecord(directory, recordText({ cgroups: cgroupsHere(), ...lines }));
    const report = await cleanupIn(home);
    await witness.cast.provenAlive();
    await innocent.cast.provenAlive();
    return report;
  }

  it('that says the truth about a marked orphan ends it', async () => {
    const witness = await orphan(scene());
    const member = await orphan(scene(), { mark: SOME_ID });
    writeRecord(directory, recordText({ cgroups: cgroupsHere() }));

    const report = await cleanupIn(home);

    await member.cast.provenDead(witness.cast);
    expect(report.trees[0]?.members.map(({ pid, kinship }) => ({ pid, kinship }))).to.deep.equal([
      { pid: member.pid, kinship: 'mark' },
    ]);
    expect(listed(directory)).to.deep.equal([]);
  });

  it('does not end whom it names as root, unless that carries the mark', async () => {
    const innocent = await orphan(scene());

    const report = await provenHarmless(innocent, { root: innocent.identity });

    // Whose tree has no record here is another run's.
    const ofTheRecord = report.suspects.filter(({ doubt }) => doubt !== 'no-record');
    expect(ofTheRecord.map(({ pid, doubt }) => ({ pid, doubt }))).to.deep.equal([
      { pid: innocent.pid, doubt: 'unmarked-root' },
    ]);
    expect(report.trees[0]).to.include({ action: 'ended', killed: 0 });
  });

  it('does not end a root whose pid is of another process now', async () => {
    const innocent = await orphan(scene());

    await provenHarmless(innocent, { root: `${innocent.pid} 1` });
  });

  it('does not end whom it names as owner or guard', async () => {
    const innocent = await orphan(scene());
    const other = await orphan(scene());

    const report = await provenHarmless(innocent, { owner: innocent.identity, guard: other.identity });

    await other.cast.provenAlive();
    expect(report.trees[0]).to.include({ tier: 'D', action: 'none' });
  });

  it('does not end who is older than its guard', async () => {
    const innocent = await orphan(scene(), { mark: SOME_ID });

    const report = await provenHarmless(innocent, { guard: '4194302 18446744073709551615' });

    expect(report.suspects.map(({ doubt }) => doubt)).to.include('older-than-guard');
  });

  it('does not end anybody by mark when it does not tell the cgroups of the guard', async () => {
    const innocent = await orphan(scene(), { mark: SOME_ID });

    const report = await provenHarmless(innocent, { cgroups: undefined });

    expect(report.suspects.map(({ doubt }) => doubt)).to.include('other-cgroup');
  });

  for (const [what, lines] of Object.entries<RecordLines>({
    machine: { machine: 'another' },
    boot: { boot: 'another' },
    'pid namespace': { 'pid-namespace': 'another' },
  })) {
    it(`of another ${what} is neither used nor deleted`, async () => {
      const innocent = await orphan(scene(), { mark: SOME_ID });

      const report = await provenHarmless(innocent, { root: innocent.identity, ...lines });

      expect(report.trees[0]).to.include({ state: 'foreign', tier: 'D', action: 'none' });
      expect(existsSync(join(directory, `${SOME_ID}.tree`))).to.equal(true);
    });
  }

  describe('that names a cgroup', () => {
    let service: Service | undefined;
    afterEach(async () => {
      await service?.remove();
      service = undefined;
    });

    /** An innocent in a cgroup of its own. */
    async function inService(name: string): Promise<Innocent> {
      service = new Service(name);
      return orphan(scene(), { escape: { technique: 'other-cgroup', detail: service.procs } });
    }

    const around = (path: string): Readonly<Record<string, string>> => ({
      'the root of all': '/',
      'the cgroup of a service': path,
      'a cgroup through ..': `${path}/../holdfast-${SOME_ID}`,
      'a cgroup through .': `${dirname(path)}/./${basename(path)}`,
      'a cgroup through //': `${dirname(path)}//${basename(path)}`,
    });

    for (const what of Object.keys(around('/x'))) {
      const name = what === 'the cgroup of a service' ? `service-${process.pid}` : `holdfast-${SOME_ID}`;
      itIf(whyUnavailable('cgroup'), `as ${what} ends nobody`, async () => {
        const innocent = await inService(name);

        await provenHarmless(innocent, { cgroup: escapeField(around(service?.path ?? '')[what] ?? '') });
        innocent.cast.declareOver();
      });
    }

    itIf(whyUnavailable('cgroup'), 'of another tree ends nobody', async () => {
      const innocent = await inService(`holdfast-${OTHER_ID}`);

      await provenHarmless(innocent, { cgroup: service?.path });
      innocent.cast.declareOver();
    });

    itIf(whyUnavailable('cgroup'), 'through a symbolic link ends nobody', async () => {
      const innocent = await inService(`holdfast-${SOME_ID}`);
      symlinkSync(dirname(service?.path ?? ''), scene().path('link'));

      await provenHarmless(innocent, { cgroup: escapeField(scene().path(`link/holdfast-${SOME_ID}`)) });
      innocent.cast.declareOver();
    });

    itIf(NEEDS_ROOT, 'of another user ends nobody', async () => {
      const innocent = await inService(`holdfast-${SOME_ID}`);
      chownSync(service?.path ?? '', 65534, 65534);

      await provenHarmless(innocent, { cgroup: service?.path });
      innocent.cast.declareOver();
    });

    it('which is none ends nobody', async () => {
      const innocent = await orphan(scene());
      const path = scene().path(`holdfast-${SOME_ID}`);
      mkdirSync(path);
      writeFileSync(join(path, 'cgroup.procs'), `${innocent.pid}\n`);

      await provenHarmless(innocent, { cgroup: escapeField(path) });
    });
  });

  const NO_RECORDS: Readonly<Record<string, (path: string) => void>> = {
    'empty': (path) => { writeFileSync(path, ''); },
    'torn': (path) => { writeFileSync(path, readFileSync(path, 'latin1').slice(0, 60)); },
    'noise': (path) => { writeFileSync(path, Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 167) % 256))); },
    'endless': (path) => { writeFileSync(path, `${readFileSync(path, 'latin1')}${'x'.repeat(1 << 20)}\n`); },
    'readable for others': (path) => { execFileSync('chmod', ['644', path]); },
    'a symbolic link': (path) => { execFileSync('mv', [path, `${path}.real`]); symlinkSync(`${path}.real`, path); },
    'a fifo': (path) => { rmSync(path); execFileSync('mkfifo', ['-m', '600', path]); },
    'a directory': (path) => { rmSync(path); mkdirSync(path, 0o700); },
    'under another name': (path) => { execFileSync('mv', [path, join(dirname(path), `${OTHER_ID}.tree`)]); },
  };

  for (const [what, spoil] of Object.entries(NO_RECORDS)) {
    it(`that is ${what} is neither used nor deleted`, async () => {
      const witness = await orphan(scene());
      const innocent = await orphan(scene(), { mark: SOME_ID });
      spoil(writeRecord(directory, recordText({ cgroups: cgroupsHere(), root: innocent.identity })));
      const before = listed(directory);

      const report = await cleanupIn(home);

      await witness.cast.provenAlive();
      await innocent.cast.provenAlive();
      expect(listed(directory)).to.deep.equal(before);
      expect(report.trees[0]).to.include({ state: 'corrupt', tier: 'C', action: 'none' });
    });
  }

  itIf(NEEDS_ROOT, 'of another user is neither used nor deleted', async () => {
    const innocent = await orphan(scene(), { mark: SOME_ID });
    const path = writeRecord(directory, recordText({ cgroups: cgroupsHere() }));
    chownSync(path, 65534, 65534);

    const report = await cleanupIn(home);

    await innocent.cast.provenAlive();
    expect(report.trees[0]).to.include({ state: 'foreign', tier: 'D', action: 'none' });
    expect(existsSync(path)).to.equal(true);
  });
});
