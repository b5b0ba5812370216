// The log: whole lines whatever is in them, and a rotation that loses nothing when several processes write at once.

import { expect } from 'chai';
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { tryLock } from '#lib/native-api.js';
import { openLog, openRotated } from '#lib/tools/log.js';

import { eventually } from '../../support/eventually.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { amountOf } from '../../support/thorough.js';

const MIB = 1024 * 1024;
const WRITERS = 8;
const FILES = ['holdfast.log', 'holdfast.log.1', 'holdfast.log.2'];

/** Says when it can begin, and writes its lines when its input ends. */
const WRITER = `
const { openLog } = require(process.argv[1]);
const log = openLog(process.argv[2]);
const filling = 'x'.repeat(3500);
console.log('ready');
process.stdin.resume().once('end', () => {
  for (let line = 0; line < Number(process.argv[3]); line += 1) log.write('OK', 'test', line + ' ' + filling);
});
`;

/** Each in the message, and what the line shows of it. */
const HOSTILE: readonly (readonly [string, string, string])[] = [
  ['a line feed', 'a\nb', 'a\\x0ab'],
  ['a carriage return', 'a\rb', 'a\\x0db'],
  ['an escape sequence', '\u001b[2Jb', '\\x1b[2Jb'],
  ['NUL and DEL', '\0\u007f', '\\x00\\x7f'],
  ['a control of eight bits', '\u0085\u009b', '\\x85\\x9b'],
  ['separators of lines', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
  ['what turns the direction of writing', '\u202eabc\u2066\u200f', '\\u{202e}abc\\u{2066}\\u{200f}'],
  ['what has no width', 'a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
  ['lone surrogates', '\ud800a\udfff', '\\u{d800}a\\u{dfff}'],
  ['a forged escape', '\\x0a', '\\\\x0a'],
  ['a line that looks like another', '\n2026-01-01T00:00:00.000Z [OK] test[1]: b', '\\x0a2026-01-01T00:00:00.000Z [OK] test[1]: b'],
];

describe('the log', () => {
  const scene = useScene();
  const logs = (): string => scene().path('logs');
  const textOf = (name: string): string => readFileSync(join(logs(), name), 'utf8');

  for (const [what, message, shown] of HOSTILE) {
    it(`has one line for a message with ${what}`, () => {
      openLog(logs()).write('WARNING', 'test', message);

      const [, said] = /^\d{4}-\S+Z \[WARNING\] test\[\d+\]: (.*)\n$/.exec(textOf('holdfast.log')) ?? [];
      expect(said).to.equal(shown);
    });
  }

  for (const [what, letter] of [['letters', 'x'], ['escapes', '\u202e'], ['pairs', '\u{1f600}']] as const) {
    it(`cuts what is longer than 4096 characters, of ${what}`, () => {
      openLog(logs()).write('OK', 'test', letter.repeat(MIB));

      const text = textOf('holdfast.log');
      expect(text).to.match(/[^.]\.\.\.\n$/);
      expect(text.slice(text.indexOf(']: ') + 3)).to.have.length(4096 + 1);
    });
  }

  function fill(letter: string): void {
    const log = openLog(logs());
    do log.write('OK', 'test', letter.repeat(4096));
    while (statSync(log.path).size < MIB);
  }

  it('is rotated when it is large, and three of them are kept', () => {
    for (const letter of ['a', 'b', 'c', 'd', 'e']) fill(letter);

    expect(readdirSync(logs()).sort()).to.deep.equal([...FILES, 'holdfast.log.lock']);
    expect(FILES.map((name) => /: (\w)/.exec(textOf(name))?.[1])).to.deep.equal(['e', 'd', 'c']);
  });

  it('grows on while another process rotates it, and is rotated afterwards', () => {
    fill('a');
    const lock = tryLock(join(logs(), 'holdfast.log.lock'));
    openLog(logs()).write('OK', 'test', 'while it is held');
    const before = readdirSync(logs()).filter((name) => FILES.includes(name));
    lock?.release();
    openLog(logs()).write('OK', 'test', 'when it is free');

    expect(before).to.deep.equal(['holdfast.log']);
    expect(textOf('holdfast.log.1')).to.match(/while it is held\n$/);
    expect(textOf('holdfast.log')).to.match(/^\S+ \[OK\] test\[\d+\]: when it is free\n$/);
  });

  it('is written also when it cannot be rotated', () => {
    fill('a');
    symlinkSync(scene().path('elsewhere'), join(logs(), 'holdfast.log.lock'));

    openLog(logs()).write('OK', 'test', 'one more');

    expect(textOf('holdfast.log')).to.match(/one more\n$/);
    expect(readdirSync(scene().directory)).to.not.include('elsewhere');
  });

  it('is no reason to fail when it cannot be written', () => {
    writeFileSync(logs(), '');

    openLog(logs()).write('OK', 'test', 'nobody reads this');

    expect(readFileSync(logs(), 'utf8')).to.equal('');
    expect(() => openRotated(logs(), 'daemon.log')).to.throw().and.include({ exitCode: 73 });
  });

  /** The numbers of the lines of each process, oldest first. Throws on a line that is not whole. */
  async function writtenAtOnce(linesEach: number): Promise<readonly (readonly number[])[]> {
    mkdirSync(logs(), { mode: 0o700 });
    const argv = [execPath, '-e', WRITER, join(PROJECT_ROOT, 'dist', 'tools', 'log.js'), logs(), String(linesEach)];
    const all = Array.from({ length: WRITERS }, () => scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] }));
    for (const one of all) await eventually('it can begin', () => one.output === 'ready\n');
    for (const one of all) one.child.stdin?.end();
    for (const one of all) expect(await one.ended(), one.errors).to.deep.equal({ code: 0, signal: null });
    const kept = FILES.filter((name) => readdirSync(logs()).includes(name)).reverse();
    const lines = kept.flatMap((name) => textOf(name).split('\n').slice(0, -1)).map((line) => {
      const [, pid, number] = /^\d{4}-\S+Z \[OK\] test\[(\d+)\]: (\d+) x{3500}$/.exec(line) ?? [];
      if (number === undefined) throw new Error(`no whole line: ${line.slice(0, 100)}`);
      return { pid: Number(pid), number: Number(number) };
    });
    return all.map((one) => lines.filter(({ pid }) => pid === one.identity.pid).map(({ number }) => number));
  }

  it('keeps every line of several processes at once, as long as that is less than is kept', async () => {
    const linesEach = 95; // 2.5 MiB in all

    const numbers = await writtenAtOnce(linesEach);

    const every = Array.from({ length: linesEach }, (_, line) => line);
    for (const own of numbers) expect(own).to.deep.equal(every);
    expect(readdirSync(logs())).to.include('holdfast.log.2');
  });

  it('loses but the oldest lines of several processes at once, and keeps at most three files', async () => {
    const linesEach = amountOf({ usually: 300, thoroughly: 3000 }); // 8 MiB in all

    const numbers = await writtenAtOnce(linesEach);

    expect(readdirSync(logs()).sort()).to.deep.equal([...FILES, 'holdfast.log.lock']);
    for (const own of numbers) {
      const first = own[0] ?? linesEach;
      expect(own).to.deep.equal(Array.from({ length: linesEach - first }, (_, line) => first + line));
    }
    for (const name of FILES.slice(1)) expect(statSync(join(logs(), name)).size, name).to.be.at.least(MIB);
    for (const name of readdirSync(logs())) expect(statSync(join(logs(), name)).mode & 0o777, name).to.equal(0o600);
  });
});
