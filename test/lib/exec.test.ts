// execContained, execFileContained and forkContained against what node:child_process does.

import { expect } from 'chai';
import { exec, execFile, fork } from 'node:child_process';
import type { ChildProcess, ExecFileOptions, ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

import { within } from '../support/eventually.js';
import { forEachPath } from '../support/library.js';

type ExecFile = (
  file: string,
  args: readonly string[],
  options: ExecFileOptions,
  callback: (error: Error | null, stdout: string | Buffer, stderr: string | Buffer) => void,
) => ChildProcess;

interface Case {
  readonly title: string;
  readonly command: string;
  readonly options?: ExecFileOptions;
}

const CASES: readonly Case[] = [
  { title: 'output', command: 'echo out; echo err >&2' },
  { title: 'a failure', command: 'echo out; exit 3' },
  { title: 'death of a signal', command: 'kill -KILL $$' },
  { title: 'too much output', command: 'head -c 5000 /dev/zero | tr "\\0" x; cat', options: { maxBuffer: 1000 } },
  { title: 'too much text of more than one byte a letter', command: 'printf "\\303\\244\\303\\266"; cat', options: { maxBuffer: 3 } },
  { title: 'a timeout', command: 'echo begun; cat', options: { timeout: 100 } },
  { title: 'a timeout with another signal', command: 'cat', options: { timeout: 100, killSignal: 'SIGKILL' } },
  { title: 'bytes', command: 'printf "\\377\\376"', options: { encoding: 'buffer' } },
  { title: 'bytes, as an encoding that is undefined asks for', command: 'echo out', options: { encoding: undefined } },
  { title: 'another encoding', command: 'printf abc', options: { encoding: 'hex' } },
  { title: 'an abort', command: 'cat', options: { signal: AbortSignal.abort() } },
];

const MISTAKES: readonly ExecFileOptions[] = [{ timeout: -1 }, { timeout: '1' as unknown as number }, { maxBuffer: -1 }];

const FORK_MISTAKES: readonly [unknown[], string][] = [
  [[7], 'ERR_INVALID_ARG_TYPE'],
  [['module', true], 'ERR_INVALID_ARG_TYPE'],
  [['module', [], 7], 'ERR_INVALID_ARG_TYPE'],
  [['module', { stdio: 'loud' }], 'ERR_INVALID_ARG_VALUE'],
  [['module', { stdio: ['pipe', 'pipe', 'pipe'] }], 'ERR_CHILD_PROCESS_IPC_REQUIRED'],
];

function shapeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  return { ...Object.fromEntries(Object.entries(error)), name, message };
}

async function resultOf(run: ExecFile, { command, options = {} }: Case): Promise<unknown> {
  const result = new Promise((resolve) => {
    run('sh', ['-c', command], options, (error, stdout, stderr) => {
      resolve({ error: shapeOf(error), stdout, stderr });
    });
  });
  return within(command, result);
}

/** What a module hears and answers over its channel. */
async function conversation(child: ChildProcess): Promise<unknown[]> {
  const heard: unknown[] = [];
  child.on('message', (message) => {
    heard.push(message, child.connected);
    child.send({ over: new Date(0) });
  });
  child.on('disconnect', () => heard.push('disconnect', child.connected));
  child.on('exit', (code) => heard.push('exit', code));
  await within('the module ends', once(child, 'close'));
  return heard.filter((event) => event !== undefined).map((event) => JSON.stringify(event)).sort();
}

const MODULE = [
  'process.send({ argv: process.argv.slice(2), execArgv: process.execArgv, ppid: typeof process.ppid });',
  'process.once("message", (message) => { process.exitCode = message.over ? 6 : 1; process.disconnect(); });',
].join('\n');

describe('contained exec, execFile and fork', () => {
  forEachPath((library) => {
    for (const one of CASES) {
      it(`collect as Node does: ${one.title}`, async () => {
        const expected = await resultOf(execFile, one);

        const actual = await resultOf(library.execFileContained as ExecFile, one);

        expect(actual).to.deep.equal(expected);
      });
    }

    for (const options of MISTAKES) {
      it(`refuse as Node does: ${JSON.stringify(options)}`, () => {
        const codeOf = (run: ExecFile): unknown => {
          try {
            return run('true', [], options, () => undefined);
          } catch (error) {
            return (error as NodeJS.ErrnoException).code;
          }
        };

        expect(codeOf(library.execFileContained as ExecFile)).to.equal(codeOf(execFile)).and.be.a('string');
      });
    }

    it('report a missing program as Node does', async () => {
      const run = (which: ExecFile): Promise<unknown> =>
        new Promise((resolve) => which('missing-program', ['a'], {}, (...result) => resolve(result.map(shapeOf))));

      expect(await run(library.execFileContained as ExecFile)).to.deep.equal(await run(execFile));
    });

    it('run a command line in a shell', async () => {
      const result = await new Promise((resolve) => {
        library.execContained('echo "$((6 * 7))" | cat', (...values) => resolve(values));
      });

      expect(result).to.deep.equal([null, '42\n', '']);
    });

    it('are promisified with the child on the promise and the output on the rejection', async () => {
      const promise = promisify(library.execContained)('echo out; exit 2');

      expect(promise.child.tree.id).to.match(/^[0-9a-f]{20}$/);
      const error: unknown = await promise.catch((reason: unknown) => reason);
      expect(shapeOf(error)).to.deep.equal(shapeOf(await promisify(exec)('echo out; exit 2').catch((reason: unknown) => reason)));
      expect((await promisify(library.execFileContained)('echo', ['out'])).stdout).to.equal('out\n');
    });

    it('refuse at once what is no signal, also when they are promisified', () => {
      const options = { signal: {} as AbortSignal };

      expect(() => promisify(library.execContained)('true', options)).to.throw(TypeError).with.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(() => promisify(exec)('true', options)).to.throw(TypeError).with.property('code', 'ERR_INVALID_ARG_TYPE');
    });

    for (const [args, code] of FORK_MISTAKES) {
      it(`refuse as fork() does: ${JSON.stringify(args)}`, () => {
        for (const run of [fork, library.forkContained]) {
          expect(() => Reflect.apply(run, undefined, args) as ChildProcess).to.throw().with.property('code', code);
        }
      });
    }

    for (const serialization of ['json', 'advanced'] as const) {
      it(`talk to a module over a channel with ${serialization}`, async () => {
        const options: ForkOptions = { execArgv: ['--eval', MODULE, '--'], serialization };
        const start = (which: typeof fork): ChildProcess => which('argument', ['another'], options);

        const expected = await conversation(start(fork));
        const actual = await conversation(start(library.forkContained));

        expect(actual).to.deep.equal(expected);
        expect(actual).to.include('6');
      });
    }
  });
});
