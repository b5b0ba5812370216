// What names a program on Windows: paths longer than MAX_PATH, names that are not ASCII, and batch files, which are
// refused under every name that the system would take for one (CVE-2024-27980).

import { expect } from 'chai';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { spawnContained, type Contained } from '#lib/index.js';
import type { ChildProcess, SpawnOptions } from 'node:child_process';

import { within } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { itIf } from '../support/mechanisms.js';
import { oracle } from '../support/windows-oracle.js';

const TEXT = '\u00e4\u{1f600} \u65e5\u672c';
const directory = mkdtempSync(join(tmpdir(), 'holdfast-names-'));
const LONG = join(directory, ...Array.from({ length: 8 }, (_, index) => `${index} ${TEXT} ${'x'.repeat(40)}`));
const NO_LONG_PROGRAM = oracle?.lackedBy('starts no program whose path is longer than MAX_PATH, by whatever name');
const NO_LONGEST_LINE = oracle?.lackedBy('takes a command line of any length');
const MARKER = join(directory, 'has-run');

/** Names under which CreateProcessW would run a batch file, and the like. */
const BATCH_FILES = ['a.bat', 'a.CMD', 'a.bat.', 'a.cmd ', 'a.bat . .', 'a.BaT. ', `${TEXT}.bat`, 'A.CmD...', 'a.bat\\.', 'a.cmd/./.'];

async function outcomeOf(child: Contained<ChildProcess>): Promise<unknown> {
  const ended = new Promise((resolve) => {
    child.once('error', ({ code }: NodeJS.ErrnoException) => { resolve(code); });
    child.once('exit', resolve);
  });
  const outcome = await within('it ends', ended);
  await child.tree.empty;
  return outcome;
}

/** Also where Node throws. */
async function codeOf(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<unknown> {
  try {
    return await outcomeOf(spawnContained(file, args, { stdio: 'ignore', ...options }));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe('the program of a tree on Windows', () => {
  before(() => {
    mkdirSync(LONG, { recursive: true });
    copyFileSync(fixture('end-process'), join(LONG, 'program.exe'));
    for (const name of ['a.bat', 'a.cmd', `${TEXT}.bat`]) writeFileSync(join(directory, name), `@echo > "${MARKER}"\r\n`);
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  itIf(NO_LONG_PROGRAM, 'may have a path longer than MAX_PATH, which is not ASCII', async () => {
    expect(LONG.length).to.be.greaterThan(260);

    expect(await codeOf(join(LONG, 'program.exe'), [])).to.equal(0);
  });

  itIf(NO_LONG_PROGRAM, 'is found without its extension, in a long directory of the PATH', async () => {
    const env = { SystemRoot: process.env['SystemRoot'], Path: `C:\\none;${LONG}` };

    expect(await codeOf('program', [], { env })).to.equal(0);
  });

  it('may run in a directory longer than MAX_PATH', async () => {
    const child = spawnContained(process.execPath, ['-e', 'console.log(process.cwd().length, require("fs").existsSync("program.exe"))'], { cwd: LONG });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));

    await within('it closes', once(child, 'close'));

    expect(output.trim()).to.match(/^\d+ true$/);
  });

  it('gets an argument of 30,000 characters', async () => {
    const script = 'process.exit(process.argv[1].length === 30000 ? 0 : 1)';

    expect(await codeOf(process.execPath, ['-e', script, '\u00e4'.repeat(30_000)])).to.equal(0);
  });

  itIf(NO_LONGEST_LINE, 'is refused a command line of more than 32,767 characters', async () => {
    expect(await codeOf(process.execPath, ['-e', '', 'x'.repeat(40_000)])).to.equal('ENAMETOOLONG');
  });

  for (const name of BATCH_FILES) {
    it(`is refused for the batch file '${name.replace(/[^ -~]/g, '?')}'`, async () => {
      for (const file of [join(directory, name), `.\\${name}`, name]) {
        const options = { cwd: directory, env: { ...process.env, Path: directory } };
        expect(await codeOf(file, ['"&echo injected > has-run&"'], options), file).to.equal('EINVAL');
      }

      expect(existsSync(MARKER)).to.equal(false);
    });
  }

  it('is a batch file where a shell is asked to run it', async () => {
    expect(await codeOf(`"${join(directory, 'a.bat')}"`, [], { shell: true })).to.equal(0);

    expect(existsSync(MARKER)).to.equal(true);
    rmSync(MARKER);
  });
});
