// runChild(): the one way in which a tool starts a process. It ends in time, whole, and with bounded output.

import { expect } from 'chai';
import { ESLint, Linter } from 'eslint';
import { join } from 'node:path';

import { runChild, type ToolChild, type ToolChildResult } from '#lib/tools/child.js';

import { isAlive, processesNaming } from '../../support/proc.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';

const IN_TIME_MS = 10_000;
const RULES = ['no-restricted-imports', 'no-restricted-syntax'];

describe('runChild()', () => {
  const scene = useScene();
  const shell = async (script: string, changed: Partial<ToolChild> = {}): Promise<ToolChildResult> =>
    runChild({ file: 'bash', args: ['-c', script, scene().path('sh')], timeoutMs: IN_TIME_MS, ...changed });
  const left = (): unknown[] => processesNaming(scene().path('sh')).filter(isAlive);

  it('tells code, signal and output', async () => {
    const ended = await shell('echo out; echo err >&2; exit 7');
    const killed = await shell('kill -TERM $$');

    expect(ended).to.include({ code: 7, signal: null, truncated: false, timedOut: false });
    expect([String(ended.stdout), String(ended.stderr)]).to.deep.equal(['out\n', 'err\n']);
    expect(killed).to.include({ code: null, signal: 'SIGTERM', timedOut: false });
  });

  it('ends the whole tree at its deadline, also who ignores signals and has a session of its own', async () => {
    const ended = await shell(`trap '' TERM; setsid bash -c "trap '' TERM; sleep 1000" "$0" & sleep 1000`, { timeoutMs: 300 });

    expect(ended).to.include({ timedOut: true });
    expect(left()).to.deep.equal([]);
  });

  it('returns when a grandchild holds its output, and has ended it', async () => {
    const began = performance.now();

    const ended = await shell('bash -c "sleep 1000" "$0" & echo done');

    expect(performance.now() - began).to.be.lessThan(IN_TIME_MS - 1000);
    expect(ended).to.include({ code: 0, timedOut: false });
    expect(String(ended.stdout)).to.equal('done\n');
    expect(left()).to.deep.equal([]);
  });

  it('gives it an empty standard input, or what is to be written there', async () => {
    expect(String((await shell('cat; echo end')).stdout)).to.equal('end\n');
    expect(String((await shell('cat; echo end', { input: 'words ' })).stdout)).to.equal('words end\n');
  });

  it('is not hurt by a child that reads nothing of a long input', async () => {
    expect(await shell('exec 0<&-; exit 3', { input: Buffer.alloc(1024 * 1024) })).to.include({ code: 3 });
  });

  it('ends who writes more than it may, and keeps the rest out', async () => {
    const ended = await shell('yes', { maxOutput: 1000 });

    expect(ended).to.include({ truncated: true, timedOut: false });
    expect(ended.stdout).to.have.length(1000);
  });

  it('keeps what fits to the byte', async () => {
    expect(await shell('printf 12345', { maxOutput: 5 })).to.include({ truncated: false, code: 0 });
    expect(await shell('printf 123456', { maxOutput: 5 })).to.include({ truncated: true });
  });

  it('ends it when the signal aborts, and rejects with its reason', async () => {
    const abort = new AbortController();
    const running = shell('echo up; sleep 1000', { signal: abort.signal });
    const reason = new Error('enough');

    abort.abort(reason);

    expect(await running.catch((error: unknown) => error)).to.equal(reason);
    expect(left()).to.deep.equal([]);
  });

  it('lets it go on when it is asked to end, if it shall', async () => {
    const ended = await shell('kill -TERM $$; echo goes on', { ignoresTerminate: true });

    expect([ended.code, String(ended.stdout)]).to.deep.equal([0, 'goes on\n']);
  });

  it('starts it again when it was asked too early to go on', async () => {
    const times = scene().path('times');
    // Who has listened once no longer ignores it.
    const asked = "process.once('SIGTERM', () => {}).removeAllListeners(); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)";
    const script = `echo >> '${times}'; [ $(wc -l < '${times}') -gt 1 ] && exec echo again; exec '${process.execPath}' -e "${asked}"`;

    const ended = await shell(script, { ignoresTerminate: true });

    expect([ended.code, String(ended.stdout)]).to.deep.equal([0, 'again\n']);
  });

  it('rejects when there is no such program', async () => {
    const error = await runChild({ file: scene().path('missing'), args: [], timeoutMs: 1000 }).catch((reason: unknown) => reason);

    expect(error).to.include({ code: 'ENOENT' });
  });

  for (const timeoutMs of [0, -1, NaN, undefined as unknown as number]) {
    it(`is refused with the deadline ${timeoutMs}, which to Node means none`, async () => {
      const error = await shell('true', { timeoutMs }).catch((reason: unknown) => reason);

      expect(error).to.be.instanceOf(RangeError).with.property('message', `timeoutMs: expected at least 1, got ${timeoutMs}`);
    });
  }

  it('cannot be called without a deadline: that does not compile', () => {
    // @ts-expect-error -- the deadline is missing, which is what is tested
    const wanted: ToolChild = { file: 'true', args: [] };

    expect(wanted.timeoutMs).to.equal(undefined);
  });

  for (const line of [
    "import { spawn } from 'node:child_process';",
    "import { execFile } from 'child_process';",
    "import { spawnContained } from '../index.js';",
    "await import('node:child_process');",
    "await import('../index.js');",
    "await import('../spawn/spawn-contained.js');",
    'await import(name);',
    "require('node:child_process');",
    "require('child_process');",
    "require('../../index.js');",
    "load('../../index.js');",
  ]) {
    it(`is the only way: the linter refuses ${line}`, async () => {
      const eslint = new ESLint({ cwd: PROJECT_ROOT });
      const rulesOf = async (file: string): Promise<Linter.RulesRecord> => {
        const found = (await eslint.calculateConfigForFile(join(PROJECT_ROOT, 'lib', file))) as { rules: Linter.RulesRecord };
        return Object.fromEntries(RULES.map((rule) => [rule, found.rules[rule] ?? 'off']));
      };
      const refusals = (rules: Linter.RulesRecord): string[] =>
        new Linter().verify(line, { rules }).map(({ message }) => message);

      expect(refusals(await rulesOf('tools/save-check.ts')).join()).to.match(/Start processes by runChild\(\)/);
      expect(refusals(await rulesOf('tools/child.ts')), 'in child.ts itself').to.deep.equal([]);
    });
  }
});
