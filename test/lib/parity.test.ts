// What a contained child shows is what node:child_process shows: every case is run with both, and compared.

import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { chmodSync, mkdirSync, openSync, closeSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

import { forEachPath } from '../support/library.js';
import { observe, type Act, type Case, type Seen, type Spawn } from '../support/observe.js';

const directory = join(tmpdir(), 'holdfast-parity');
const PLAIN_FILE = join(directory, 'plain');
const SCRIPT = join(directory, 'script');
const BAD_INTERPRETER = join(directory, 'bad-interpreter');

let controller = new AbortController();
const aborted = (reason?: unknown): AbortSignal => AbortSignal.abort(reason);
const end = (text: string): Act => (child) => child.stdin?.end(text);

const CASES: readonly Case[] = [
  { title: 'exit code 0', file: 'true' },
  { title: 'another exit code', file: 'sh', args: ['-c', 'exit 7'] },
  { title: 'output on both streams', file: 'sh', args: ['-c', 'echo out; echo err >&2'] },
  { title: 'input', file: 'cat', act: end('through\n') },
  { title: 'death of a signal', file: 'sh', args: ['-c', 'kill -SEGV $$'] },
  { title: 'death of a signal without a name', file: 'sh', args: ['-c', 'kill -40 $$'] },
  { title: 'a missing program', file: './missing-program' },
  { title: 'a missing program in the PATH', file: 'missing-program-of-holdfast' },
  { title: 'a directory as program', file: '/tmp' },
  { title: 'a file without the execute bit', file: PLAIN_FILE },
  { title: 'a script without a shebang', file: SCRIPT },
  { title: 'a bad interpreter', file: BAD_INTERPRETER },
  { title: 'a program through a file', file: `${PLAIN_FILE}/program` },
  { title: 'cwd', file: 'pwd', options: () => ({ cwd: '/usr' }) },
  { title: 'cwd as URL', file: 'pwd', options: () => ({ cwd: new URL('file:///usr') }) },
  { title: 'an empty cwd', file: 'pwd', options: () => ({ cwd: '' }) },
  { title: 'a missing cwd', file: 'pwd', options: () => ({ cwd: '/missing' }) },
  { title: 'a file as cwd', file: 'pwd', options: () => ({ cwd: PLAIN_FILE }) },
  { title: 'a program relative to cwd', file: './script', options: () => ({ cwd: directory }) },
  { title: 'a number as argument', file: 'sh', args: ['-c', 'echo $0 $1', 42 as unknown as string, 'x'] },
  { title: 'argv0', file: 'sh', args: ['-c', 'echo $0'], options: () => ({ argv0: 'renamed' }) },
  { title: 'an environment', file: 'sh', args: ['-c', 'env -u HOLDFAST_TREE'], options: () => ({ env: { A: '1', B: 'zwei', C: undefined } }) },
  { title: 'the PATH of the given environment', file: 'script', options: () => ({ env: { PATH: directory } }) },
  { title: 'no PATH', file: 'true', options: () => ({ env: {} }) },
  { title: 'a shell', file: 'echo $((1 + 2))', options: () => ({ shell: true }) },
  { title: 'a shell by name', file: 'echo $0', options: () => ({ shell: '/bin/bash' }) },
  { title: 'detached', file: 'sh', args: ['-c', 'ps -o pgid= -p $$ | grep -qw $$ && echo leader'], options: () => ({ detached: true }) },
  { title: 'not detached', file: 'sh', args: ['-c', 'ps -o sid=,pgid= -p $$'] },
  { title: 'stdio ignore', file: 'sh', args: ['-c', 'cat; echo lost; test -e /proc/self/fd/3 || exit 5'], options: () => ({ stdio: 'ignore' }) },
  { title: 'the descriptors it has', file: 'sh', args: ['-c', 'ls /proc/self/fd | grep -x .'], options: () => ({ stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'] }) },
  { title: 'an overlapped pipe', file: 'cat', options: () => ({ stdio: ['overlapped', 'overlapped', 'inherit'] }), act: end('x') },
  {
    title: 'a pipe at 3',
    file: 'sh',
    args: ['-c', 'cat <&3 >&4'],
    options: () => ({ stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] }),
    act: (child, seen) => {
      (child.stdio[4] as Readable).on('data', (data: Buffer) => (seen.output += data.toString()));
      (child.stdio[3] as Writable).end('extra');
    },
  },
  {
    title: '300 pipes',
    file: 'sh',
    args: ['-c', 'ls /proc/self/fd | wc -l'],
    options: () => ({ stdio: Array<'pipe'>(300).fill('pipe') }),
  },
  { title: 'a bad descriptor', file: 'true', options: () => ({ stdio: ['ignore', 'ignore', 987654] }) },
  { title: 'kill', file: 'cat', act: (child, { acted }) => acted.push(child.kill(), child.killed) },
  { title: 'kill by number', file: 'cat', act: (child, { acted }) => acted.push(child.kill(9)) },
  { title: 'kill with 0', file: 'cat', act: (child, { acted }) => acted.push(child.kill(0), child.killed, child.kill('SIGINT')) },
  { title: 'kill after the end', file: 'true', act: (child, { acted }) => child.on('exit', () => acted.push(child.kill(), child.killed)) },
  { title: 'kill of what never started', file: 'missing-program', act: (child, { acted }) => child.on('error', () => acted.push(child.kill())) },
  { title: 'timeout', file: 'cat', options: () => ({ timeout: 50 }) },
  { title: 'timeout with another signal', file: 'cat', options: () => ({ timeout: 50, killSignal: 'SIGINT' }) },
  { title: 'a timeout that is not reached', file: 'true', options: () => ({ timeout: 100_000 }) },
  { title: 'an aborted signal', file: 'cat', options: () => ({ signal: aborted() }) },
  { title: 'an abort with a reason', file: 'cat', options: () => ({ signal: aborted(new Error('enough')), killSignal: 'SIGKILL' }) },
  {
    title: 'an abort later on',
    file: 'cat',
    options: () => ({ signal: controller.signal }),
    act: (child, { acted }) => {
      acted.push(getEventListeners(controller.signal, 'abort').length);
      child.on('spawn', () => { controller.abort(); });
      child.on('exit', () => acted.push(getEventListeners(controller.signal, 'abort').length));
    },
  },
  { title: 'an abort after the end', file: 'true', options: () => ({ signal: new AbortController().signal }) },
  { title: '10,000 arguments', file: 'sh', args: ['-c', 'echo $#', ...Array<string>(10_000).fill('argument')] },
  { title: 'a 100 kB variable', file: 'sh', args: ['-c', 'echo ${#BIG}'], options: () => ({ env: { BIG: 'x'.repeat(100_000) } }) },
  { title: 'a 2 MB environment', file: 'true', options: () => ({ env: bigEnvironment(20) }) },
  { title: 'an argument that is too long', file: 'true', args: ['x'.repeat(200_000)] },
  { title: 'more than the kernel takes', file: 'true', options: () => ({ env: bigEnvironment(80) }) },
  { title: 'a NUL byte in an argument', file: 'true', args: ['a\0b'] },
  { title: 'a NUL byte in cwd', file: 'true', options: () => ({ cwd: '/\0' }) },
  { title: 'an empty file name', file: '' },
  { title: 'a bad uid', file: 'true', options: () => ({ uid: 'root' as unknown as number }) },
  { title: 'a bad timeout', file: 'true', options: () => ({ timeout: -1 }) },
  { title: 'a bad killSignal', file: 'true', options: () => ({ killSignal: 'SIGNOPE' as NodeJS.Signals }) },
  { title: 'a bad stdio', file: 'true', options: () => ({ stdio: 'pipes' as 'pipe' }) },
  { title: 'text that is not ASCII', file: 'echo', args: ['\u00e4\u{1f600}\n'] },
];

function bigEnvironment(variables: number): NodeJS.ProcessEnv {
  return Object.fromEntries(Array.from({ length: variables }, (_, index) => [`V${index}`, 'x'.repeat(100_000)]));
}

function look(run: Spawn, one: Case): Promise<Seen> {
  controller = new AbortController();
  return observe(run, one);
}

describe('a contained child shows what a child of Node shows', () => {
  before(() => {
    mkdirSync(directory);
    writeFileSync(PLAIN_FILE, '');
    writeFileSync(SCRIPT, 'echo from a script\n');
    writeFileSync(BAD_INTERPRETER, '#!/missing/interpreter\n');
    chmodSync(SCRIPT, 0o755);
    chmodSync(BAD_INTERPRETER, 0o755);
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  forEachPath((library) => {
    for (const one of CASES) {
      it(one.title, async () => {
        const expected = await look(spawn, one);

        const actual = await look(library.spawnContained, one);

        expect(actual).to.deep.equal(expected);
      });
    }

    it('reads no options from a prototype that somebody has changed', async () => {
      const prototype = Object.prototype as { uid?: unknown; cwd?: unknown };
      let child: ChildProcess;
      try {
        Object.assign(prototype, { uid: 'nobody', cwd: '/missing' });
        child = library.spawnContained('true', { stdio: 'ignore' });
      } finally {
        delete prototype.uid;
        delete prototype.cwd;
      }

      const [code] = (await once(child, 'exit')) as [number];

      expect(code).to.equal(0);
    });

    it('does not call itself where it has replaced child_process.spawn()', async () => {
      const childProcess = createRequire(__filename)('node:child_process') as { spawn: unknown };
      const original = childProcess.spawn;
      try {
        childProcess.spawn = library.spawnContained;
        const child = library.spawnContained('true', { stdio: 'ignore' });

        expect(await once(child, 'exit')).to.deep.equal([0, null]);
      } finally {
        childProcess.spawn = original;
      }
    });

    it('writes to a descriptor of the caller', async () => {
      const fd = openSync(join(directory, 'output'), 'w+');
      const child = library.spawnContained('echo', ['to a file'], { stdio: ['ignore', fd, 'ignore'] });
      closeSync(fd);

      await once(child, 'close');

      const copy = library.spawnContained('cat', [join(directory, 'output')]);
      const [data] = (await once(copy.stdout, 'data')) as [Buffer];
      expect(data.toString()).to.equal('to a file\n');
      await copy.tree.empty;
    });
  });
});
