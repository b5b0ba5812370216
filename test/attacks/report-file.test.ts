// --json-report in a directory where others may put things: nothing of theirs is followed or overwritten. Elsewhere it
// is what a redirection of the shell is.

import { expect } from 'chai';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { frontArgv } from '../support/front.js';
import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { SOMEBODY_ELSE } from '../support/users.js';

describe('a report', () => {
  const scene = useScene();
  const shared = (): string => scene().path('shared');
  const report = (): string => join(shared(), 'report.json');
  const victim = (): string => scene().path('victim');

  beforeEach(() => {
    mkdirSync(shared());
    chmodSync(shared(), 0o1777);
    writeFileSync(victim(), 'precious', { mode: 0o600 });
  });

  /** Runs a command that leaves a trace, so that a refusal shows to have come before it. */
  async function run(path: string): Promise<{ code: number | null; errors: string; ran: boolean }> {
    const trace = scene().path('trace');
    const front = scene().start(frontArgv(['--mechanism', 'subreaper', '--json-report', path], ['touch', trace]));
    const { code } = await front.ended();
    return { code, errors: front.errors, ran: existsSync(trace) };
  }

  async function expectRefusal(code: string): Promise<void> {
    const { errors, ran, ...ended } = await run(report());

    expect(errors).to.match(new RegExp(`^holdfast: ${code}: .*, open '${report()}'\n$`));
    expect(ended.code).to.equal(125);
    expect(ran).to.equal(false);
    expect(readFileSync(victim(), 'utf8')).to.equal('precious');
  }

  it('does not follow a symbolic link in a directory that everybody may write to', async () => {
    symlinkSync(victim(), report());

    await expectRefusal('ELOOP');
  });

  itIf(NEEDS_ROOT, "does not follow another user's symbolic link there", async () => {
    symlinkSync(victim(), report());
    spawnSync('chown', ['-h', String(SOMEBODY_ELSE), report()]);

    await expectRefusal('(ELOOP|EACCES)'); // the kernel may be the first to refuse (fs.protected_symlinks)
  });

  it('does not write through a second name of a file', async () => {
    linkSync(victim(), report());

    await expectRefusal('EACCES');
  });

  itIf(NEEDS_ROOT, "does not write into another user's file there", async () => {
    writeFileSync(report(), 'his');
    chownSync(report(), SOMEBODY_ELSE, SOMEBODY_ELSE);

    await expectRefusal('EACCES');
    expect(readFileSync(report(), 'utf8')).to.equal('his');
  });

  itIf(NEEDS_ROOT, "does not wait at another user's fifo there", async () => {
    spawnSync('mkfifo', [report()]);
    chownSync(report(), SOMEBODY_ELSE, SOMEBODY_ELSE);

    await expectRefusal('ENXIO');
  });

  itIf(NEEDS_ROOT, "does not follow a link in another user's own directory", async () => {
    chmodSync(shared(), 0o755);
    chownSync(shared(), SOMEBODY_ELSE, SOMEBODY_ELSE);
    symlinkSync(victim(), report());

    await expectRefusal('ELOOP');
  });

  itIf(NEEDS_ROOT, "is written into another user's own directory, and into his own file", async () => {
    chmodSync(shared(), 0o755);
    chownSync(shared(), SOMEBODY_ELSE, SOMEBODY_ELSE);
    writeFileSync(report(), 'older and longer than the report'.repeat(100));
    chownSync(report(), SOMEBODY_ELSE, SOMEBODY_ELSE);

    expect(await run(report())).to.deep.equal({ code: 0, errors: '', ran: true });
    expect(JSON.parse(readFileSync(report(), 'utf8'))).to.include({ reason: 'root-exited' });
  });

  it('is made private, and overwrites what is its own', async () => {
    expect(await run(report())).to.deep.equal({ code: 0, errors: '', ran: true });
    expect(statSync(report()).mode & 0o777).to.equal(0o600);
    writeFileSync(report(), 'older and longer than the report'.repeat(100));

    expect((await run(report())).code).to.equal(0);

    expect(JSON.parse(readFileSync(report(), 'utf8'))).to.include({ reason: 'root-exited' });
  });

  it('is named itself when its directory is missing', async () => {
    const path = scene().path('missing/report.json');

    const { code, errors, ran } = await run(path);

    expect(errors).to.match(new RegExp(`^holdfast: ENOENT: .*, open '${path}'\n$`));
    expect(code).to.equal(125);
    expect(ran).to.equal(false);
  });

  it('follows a link in a directory that nobody else may write to', async () => {
    const link = scene().path('latest.json');
    symlinkSync(report(), link);

    expect(await run(link)).to.deep.equal({ code: 0, errors: '', ran: true });

    expect(JSON.parse(readFileSync(report(), 'utf8'))).to.include({ reason: 'root-exited' });
  });

  it('goes to a descriptor of the shell', () => {
    const line = `${frontArgv(['--json-report', '/dev/fd/5'], ['true']).join(' ')} 5>&1 | cat`;

    const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });

    expect(JSON.parse(stdout)).to.include({ reason: 'root-exited' });
  });
});
