// `holdfast run` on Windows: the front holds the job, ends as its command ended, and takes everything along when it is
// terminated.

import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { guardPath } from '#lib/addon/native-files.js';

import { holdfast } from '../support/command.js';
import { leaveFree, titleOf } from '../support/contained.js';
import { within } from '../support/eventually.js';
import { castBehindFront, frontArgv, readReport } from '../support/front.js';
import { identityOf, isAlive } from '../support/proc.js';
import { endProcesses, useScene, type Started } from '../support/scene.js';
import { ESCAPES } from './escapes.js';

const node = process.execPath;

interface Ending {
  readonly title: string;
  readonly command: readonly string[];
  readonly code: number;
}

const ENDINGS: readonly Ending[] = [
  { title: '0', command: [node, '-e', ''], code: 0 },
  { title: '7', command: ['cmd.exe', '/c', 'exit 7'], code: 7 },
  { title: 'above 2^31', command: [node, '-e', 'process.reallyExit(0xC0000005 | 0)'], code: 0xc0000005 },
  { title: '127 for a missing program', command: ['missing-program-of-holdfast'], code: 127 },
  { title: '126 for a batch file', command: ['script.bat'], code: 126 },
];

const MISUSES: readonly (readonly string[])[] = [
  [],
  ['--no-such-option', '--', 'x'],
  ['--timeout', 'soon', '--', 'x'],
  ['--refuse', 'broker', '--', 'x'],
  ['--strict', '--mechanism', 'cgroup', '--', 'x'],
];

/** Waits for its streams as well. */
async function codeOf({ child }: Started): Promise<unknown> {
  const [code] = (await within('it ends', once(child, 'close'))) as unknown[];
  return code;
}

describe('holdfast run on Windows', () => {
  const scene = useScene();

  for (const { title, command, code } of ENDINGS) {
    it(`ends with the exit code ${title}`, async () => {
      const front = scene().start(frontArgv([], command));

      expect((await front.ended()).code).to.equal(code);
    });
  }

  for (const words of MISUSES) {
    it(`is 64 for the misuse: ${words.join(' ')}`, async () => {
      const front = scene().start([guardPath(), 'run', ...words]);

      expect(await codeOf(front)).to.equal(64);
      expect(front.errors).to.match(/^holdfast: /);
    });
  }

  it('passes input, output, arguments and environment through', async () => {
    const script = 'process.stdin.on("data", (d) => console.log(process.argv[1] + d + process.env.HF_GIVEN)); console.error("err")';
    const command = frontArgv([], [node, '-e', script, 'a "b\\ \u00e4\u{1f600}']);
    const front = scene().start(command, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, HF_GIVEN: '\u65e5' } });
    front.child.stdin?.end(' in ');

    expect(await codeOf(front)).to.equal(0);
    expect([front.output, front.errors]).to.deep.equal(['a "b\\ \u00e4\u{1f600} in \u65e5\n', 'err\n']);
  });

  it('is 124 at the timeout, and reports how the tree ended', async () => {
    const control = await leaveFree(scene(), { technique: 'detached' });
    const cast = scene().cast({ technique: 'detached' });
    const path = scene().path('report.json');
    const front = await castBehindFront(scene(), cast, ['--timeout', '2s', '--label', 'timed', '--json-report', path]);

    expect((await front.ended()).code).to.equal(124);
    await cast.provenDead(control);
    expect(readReport(path)).to.deep.include({ mechanism: 'job', reason: 'timeout', survivors: [] });
  });

  for (const escape of ESCAPES) {
    it(`leaves no ${titleOf(escape)} member when it is terminated`, async () => {
      const control = await leaveFree(scene(), escape);
      const cast = scene().cast(escape);
      const front = await castBehindFront(scene(), cast, []);

      await endProcesses(() => [front.identity].filter(isAlive));

      await cast.provenDead(control);
      await control.provenAlive();
    });
  }

  it('ends the tree when another owner dies, and only then', async () => {
    const control = scene().control({ technique: 'plain' });
    const { owner } = await scene().startUncontained(control, control.argv);
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'detached' });
    const path = scene().path('report.json');
    const terms = ['--owner', `${owner.pid}:${owner.startTime}`, '--json-report', path];
    const front = await castBehindFront(scene(), cast, terms);
    await cast.provenAlive();

    await endProcesses(() => [owner].filter(isAlive));

    await front.ended();
    await cast.provenDead(witness);
    expect(readReport(path).reason).to.equal('owner-died');
  });

  it('takes its parent for the owner', async () => {
    const witness = await leaveFree(scene(), { technique: 'plain' });
    const cast = scene().cast({ technique: 'detached' });
    const starter = 'require("child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: "ignore", detached: true }); setInterval(() => {}, 1000)';
    const parent = scene().start([node, '-e', starter, ...frontArgv(['--owner', 'parent'], cast.argv)]);
    await cast.ready();

    await endProcesses(() => [parent.identity].filter(isAlive));

    await cast.diesBeside(witness);
  });

  it('is 125 for an owner that started at another time, and starts nothing', async () => {
    const wrong = `${process.pid}:${BigInt(identityOf(process.pid).startTime) + 1n}`;
    const path = scene().path('started');
    const front = scene().start(frontArgv(['--owner', wrong], ['cmd.exe', '/c', `echo > ${path}`]));

    expect(await codeOf(front)).to.equal(125);
    expect(front.errors).to.contain('started at');
    expect(() => readFileSync(path)).to.throw('ENOENT');
  });

  it('is 125 where the owner would be this process itself and could not ask politely', async () => {
    const front = scene().start(frontArgv(['--when-owner-dies', 'terminate'], [node, '-e', '']));

    expect(await codeOf(front)).to.equal(125);
    expect(front.errors).to.contain('at once');
  });

  it('writes no report where it cannot, and starts nothing then', async () => {
    const path = scene().path('started');
    const front = scene().start(frontArgv(['--json-report', join(scene().directory, 'no', 'such')], ['cmd.exe', '/c', `echo > ${path}`]));

    expect((await front.ended()).code).to.equal(125);
    expect(() => readFileSync(path)).to.throw('ENOENT');
  });

  it('works as the command `holdfast`, whose death ends the tree too', async () => {
    const run = await holdfast(scene(), ['run', '--', 'cmd.exe', '/c', 'echo through & exit 9']);
    const control = await leaveFree(scene(), { technique: 'detached' });
    const cast = scene().cast({ technique: 'detached' });
    const bin = join(__dirname, '..', '..', '..', 'bin', 'holdfast.js');
    const command = scene().start([node, bin, 'run', '--', ...cast.argv]);
    await cast.ready();

    await endProcesses(() => [command.identity].filter(isAlive));

    expect([run.code, run.output.trim()]).to.deep.equal([9, 'through']);
    await cast.diesBeside(control);
  });

  it('has a twin without a window, for schedulers', async () => {
    const twin = guardPath().replace('holdfast-guard.exe', 'holdfast-guardw.exe');
    const script = scene().path('script.js');
    writeFileSync(script, 'require("fs").writeFileSync(process.argv[2], "ran"); process.exit(5)');
    const front = scene().start([twin, 'run', '--', node, script, scene().path('ran')]);

    expect((await front.ended()).code).to.equal(5);
    expect(readFileSync(scene().path('ran'), 'utf8')).to.equal('ran');
  });

  it('tells where the program is', async () => {
    const run = await holdfast(scene(), ['guard-path']);

    expect([run.code, run.output.trim()]).to.deep.equal([0, guardPath()]);
  });
});
