// What a contained child shows on Windows is what node:child_process shows: every case is run with both, and compared.

import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

import { execContained, execFileContained, forkContained, spawnContained } from '#lib/index.js';

import { within } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { observe, type Act, type Case } from '../support/observe.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-parity-'));
const node = process.execPath;
const run = (script: string, ...args: string[]): { file: string; args: string[] } => ({ file: node, args: ['-e', script, ...args] });
const end = (text: string): Act => (child) => child.stdin?.end(text);
const ECHO = 'process.stdin.pipe(process.stdout)';
const STAYS = 'setInterval(() => {}, 1000)';
const SHOW_ARGS = 'console.log(JSON.stringify(process.argv.slice(1)))';
const TEXT = '\u00e4\u{1f600} \u65e5\u672c';
const NAMED = join(directory, `dir ${TEXT}`);
const MANY = Array<string>(300).fill('argument');

const CASES: readonly Case[] = [
  { title: 'exit code 0', ...run('') },
  { title: 'another exit code', ...run('process.exit(7)') },
  { title: 'an exit code above 2^31', ...run('process.reallyExit(0xC0000005 | 0)') },
  { title: 'output on both streams', ...run('console.log("out"); console.error("err")') },
  { title: 'input', ...run(ECHO), act: end('through\n') },
  { title: 'quoted arguments', ...run(SHOW_ARGS, 'a b', '', 'c"d', 'e\\', 'f \\"g\\\\', '\t', '%PATH%', '^&|<>') },
  { title: 'text that is not ASCII', ...run(SHOW_ARGS, TEXT) },
  { title: '300 arguments', ...run('console.log(process.argv.length)', ...MANY) },
  { title: 'a missing program', file: '.\\missing-program' },
  { title: 'a missing program in the PATH', file: 'missing-program-of-holdfast' },
  { title: 'a directory as program', file: directory },
  { title: 'a text file as program', file: join(directory, 'plain.txt') },
  { title: 'a batch file', file: join(directory, 'script.bat') },
  { title: 'a batch file with a trailing dot and space', file: join(directory, 'script.CMD. ') },
  { title: 'an empty file name', file: '' },
  { title: 'a program without its extension', file: node.replace(/\.exe$/i, ''), args: ['-e', 'console.log(1)'] },
  { title: 'a program in a directory that is not ASCII', file: join(NAMED, 'copy.exe'), args: ['x'] },
  { title: 'cwd', ...run('console.log(process.cwd())'), options: () => ({ cwd: NAMED }) },
  { title: 'a missing cwd', ...run(''), options: () => ({ cwd: join(directory, 'missing') }) },
  { title: 'a program relative to cwd', file: '.\\copy.exe', args: ['x'], options: () => ({ cwd: NAMED }) },
  { title: 'the PATH of the given environment', file: 'copy', args: ['x'], options: () => ({ env: { Path: NAMED } }) },
  { title: 'argv0', ...run('console.log(process.argv0)'), options: () => ({ argv0: 'renamed' }) },
  {
    title: 'an environment',
    ...run('delete process.env.HOLDFAST_TREE; console.log(JSON.stringify(process.env))'),
    options: () => ({ env: { b: '1', A: TEXT, C: undefined, SystemRoot: process.env['SystemRoot'] } }),
  },
  { title: 'a shell', file: 'echo %OS%', options: () => ({ shell: true }) },
  { title: 'verbatim arguments', ...run('1', 'a b'), options: () => ({ windowsVerbatimArguments: true }) },
  { title: 'verbatim arguments after an empty argv0', ...run('console.log(1)'), options: () => ({ argv0: '', windowsVerbatimArguments: true }) },
  { title: 'a hidden window', ...run('console.log(1)'), options: () => ({ windowsHide: true }) },
  { title: 'detached', ...run('console.log(1)'), options: () => ({ detached: true }) },
  { title: 'stdio ignore', ...run('process.stdin.on("end", () => process.exit(5)).resume()'), options: () => ({ stdio: 'ignore' }) },
  { title: 'stdio inherit', ...run('process.exit(6)'), options: () => ({ stdio: 'inherit' }) },
  { title: 'an overlapped pipe', ...run(ECHO), options: () => ({ stdio: ['overlapped', 'overlapped', 'ignore'] }), act: end('x') },
  {
    title: 'pipes at 3 and 4',
    ...run('const fs = require("fs"); fs.writeSync(4, fs.readFileSync(3))'),
    options: () => ({ stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] }),
    act: (child, seen) => {
      (child.stdio[4] as Readable).on('data', (data: Buffer) => (seen.output += data.toString()));
      (child.stdio[3] as Writable).end('extra');
    },
  },
  { title: '300 pipes', ...run(''), options: () => ({ stdio: Array<'pipe'>(300).fill('pipe') }) },
  { title: 'a uid', ...run(''), options: () => ({ uid: 1000 }) },
  { title: 'kill', ...run(STAYS), act: (child, { acted }) => acted.push(child.kill(), child.killed) },
  { title: 'kill by SIGINT', ...run(STAYS), act: (child, { acted }) => acted.push(child.kill('SIGINT')) },
  { title: 'kill after the end', ...run(''), act: (child, { acted }) => child.on('exit', () => acted.push(child.kill(), child.killed)) },
  { title: 'kill of what never started', file: 'missing-program', act: (child, { acted }) => child.on('error', () => acted.push(child.kill())) },
  { title: 'timeout', ...run(STAYS), options: () => ({ timeout: 50 }) },
  { title: 'timeout with another signal', ...run(STAYS), options: () => ({ timeout: 50, killSignal: 'SIGINT' }) },
  { title: 'timeout with a signal that only kills', ...run(STAYS), options: () => ({ timeout: 50, killSignal: 'SIGHUP' }) },
  { title: 'an aborted signal', ...run(STAYS), options: () => ({ signal: AbortSignal.abort() }) },
  { title: 'a NUL byte in an argument', ...run('', 'a\0b') },
  { title: 'a NUL byte in the program', file: 'a\0b' },
  { title: 'a NUL byte in the cwd', ...run(''), options: () => ({ cwd: 'a\0b' }) },
  { title: 'a NUL byte in the environment', ...run(''), options: () => ({ env: { A: 'a\0b' } }) },
  { title: 'a file as cwd', ...run(''), options: () => ({ cwd: join(directory, 'plain.txt') }) },
  { title: 'a descriptor that is closed', ...run(''), options: () => ({ stdio: ['ignore', 200, 'ignore'] }) },
  { title: 'a bad stdio', ...run(''), options: () => ({ stdio: 'pipes' as 'pipe' }) },
];

/** Of a process that has closed its standard streams: what happens to a child that shall inherit them. */
function underClosedStreams(call: 'spawn' | 'spawnContained'): Promise<unknown> {
  const library = call === 'spawn' ? 'node:child_process' : require.resolve('#lib/index.js');
  const path = join(directory, call);
  const script = `
    const fs = require('node:fs');
    for (const fd of [0, 1, 2]) fs.closeSync(fd);
    const tell = (...seen) => { fs.writeFileSync(${JSON.stringify(path)}, JSON.stringify(seen)); };
    try {
      const child = require(${JSON.stringify(library)}).${call}(process.execPath, ['-e', 'process.exit(6)'], { stdio: 'inherit' });
      child.on('error', ({ code, syscall }) => tell('error', code, syscall)).on('exit', (code) => tell('exit', code));
    } catch ({ code, syscall }) { tell('thrown', code, syscall); }`;
  const caller = spawn(node, ['-e', script], { stdio: 'ignore' });
  return once(caller, 'close').then(() => JSON.parse(readFileSync(path, 'utf8')) as unknown);
}

describe('a contained child on Windows shows what a child of Node shows', () => {
  before(() => {
    mkdirSync(NAMED);
    writeFileSync(join(directory, 'plain.txt'), 'text');
    for (const name of ['script.bat', 'script.cmd']) writeFileSync(join(directory, name), '@exit 3\r\n');
    copyFileSync(fixture('end-process'), join(NAMED, 'copy.exe'));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  for (const one of CASES) {
    it(one.title, async () => {
      const expected = await observe(spawn, one);

      const actual = await observe(spawnContained, one);

      expect(actual).to.deep.equal(expected);
    });
  }

  it('with the streams of a caller who has closed his', async () => {
    const [expected, actual] = [await underClosedStreams('spawn'), await underClosedStreams('spawnContained')];

    expect(actual).to.deep.equal(expected);
  });

  it('kill with every signal there is', async () => {
    for (const name of Object.keys(constants.signals) as NodeJS.Signals[]) {
      const act: Act = (child, { acted }) => acted.push(child.kill(name), child.killed);
      const one: Case = { title: name, ...run(STAYS), act };

      const [expected, actual] = await Promise.all([observe(spawn, one), observe(spawnContained, one)]);

      expect(actual, name).to.deep.equal(expected);
    }
  });

  it('writes to a descriptor of the caller', async () => {
    const path = join(directory, 'output');
    const fd = openSync(path, 'w');
    const child = spawnContained(node, ['-e', 'console.log("to a file")'], { stdio: ['ignore', fd, 'ignore'] });
    closeSync(fd);

    await once(child, 'close');

    expect(readFileSync(path, 'utf8')).to.equal('to a file\n');
  });

  for (const [title, call] of [['Node', spawn], ['holdfast', spawnContained]] as const) {
    it(`reads from the output of another child, by ${title}`, async () => {
      const writer = spawn(node, ['-e', 'console.log("from the writer")'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const reader = call(node, ['-e', ECHO], { stdio: [writer.stdout, 'pipe', 'inherit'] });
      writer.stdout.destroy();
      let output = '';
      reader.stdout?.on('data', (data: Buffer) => (output += data.toString()));

      await within('the reader closes', once(reader, 'close'));

      expect(output).to.equal('from the writer\n');
    });
  }

  it('refuses a socket as stdio', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const one: Case = { title: '', ...run(''), options: () => ({ stdio: [socket, 'ignore', 'ignore'] }) };

    const [expected, actual] = [await observe(spawn, one), await observe(spawnContained, one)];

    socket.destroy();
    server.close();
    expect(actual).to.deep.equal(expected);
    expect(actual.thrown).to.include({ code: 'ENOTSUP' });
  });

  for (const serialization of ['json', 'advanced'] as const) {
    it(`talks by ipc, ${serialization}`, async () => {
      const script = join(directory, 'echo.js');
      writeFileSync(script, 'process.on("message", (m) => process.send({ echo: m }, () => process.disconnect()))');
      const child: ChildProcess = forkContained(script, { serialization });

      child.send({ text: TEXT });
      const [message] = (await within('an answer comes', once(child, 'message'))) as [unknown];

      expect(message).to.deep.equal({ echo: { text: TEXT } });
      const [code] = (await within('it exits', once(child, 'exit'))) as [number];
      expect(code).to.equal(0);
    });
  }

  it('collects the output of exec and execFile', async () => {
    const outputs = await Promise.all([
      new Promise((resolve) => execContained('echo one', (error, stdout) => resolve([error, stdout.trim()]))),
      new Promise((resolve) => execFileContained(node, ['-e', 'process.exit(3)'], (error) => resolve(error?.code))),
    ]);

    expect(outputs).to.deep.equal([[null, 'one'], 3]);
  });
});
