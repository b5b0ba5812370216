// Whatever comes in, a hook ends in time with exit code 0 and one JSON object.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { readPayload } from '#lib/tools/hooks/read-payload.js';

import { HookScene, answerOf, type HookInput } from '../../support/hook.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';

/** The promise is 1.5 s; starting Node on a busy machine is not part of what is tested here. */
const IN_TIME_MS = 4000;
const HOLDFAST = join(PROJECT_ROOT, 'bin', 'holdfast.js');
/** libuv makes what it opens non-blocking, for everybody who has it (uv_pipe_open()). */
const SHARING = `process.stdin.fd;
  const { spawn } = require('node:child_process');
  spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' }).on('exit', (code) => process.exit(code));`;
const MEBIBYTE = 1024 * 1024;

describe('a hook, whatever comes in,', () => {
  const scene = useScene();
  let place: HookScene;

  beforeEach(() => {
    place = new HookScene(scene());
  });

  const object = (fields: object): string => JSON.stringify({ session_id: 's1', hook_event_name: 'Stop', ...fields });

  const inputs: Readonly<Record<string, HookInput>> = {
    'nothing, and a pipe that is never closed': { pieces: [], staysOpen: true },
    'nothing, and the end': { pieces: [] },
    'half an object, and a pipe that is never closed': { pieces: ['{"session_id":"s1"'], staysOpen: true },
    'half an object, and the end': { pieces: ['{"session_id":"s1"'] },
    'no object': { pieces: ['["session_id"]'] },
    'no JSON': { pieces: ['{session_id: s1}'] },
    'bytes that are no text': { pieces: [Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])] },
    'an object and more': { pieces: [`${object({})}{"session_id":"s2"}`] },
    'a hundred thousand brackets': { pieces: [`{"a":${'['.repeat(100_000)}`, '}'] },
    'ten mebibytes': { pieces: [`{"prompt":"${'x'.repeat(10 * MEBIBYTE)}"}`] },
    'keys of a prototype': { pieces: ['{"__proto__":{"cwd":"/"},"constructor":{"prototype":{}},"session_id":"s1"}'] },
    'wrong types': { pieces: ['{"session_id":{},"cwd":[1],"prompt":7,"workspace_roots":{"0":"/"},"task_subject":null}'] },
  };
  for (const [what, input] of Object.entries(inputs)) {
    it(`answers {} to ${what}`, async () => {
      const run = await place.run(['stop', '--agent', 'claude'], input);

      expect({ code: run.code, errors: run.errors, answer: answerOf(run) }).to.deep.equal({ code: 0, errors: '', answer: {} });
      expect(run.took).to.be.below(IN_TIME_MS);
    });
  }

  it('takes an object that comes in pieces through a pipe that is never closed', async () => {
    const pieces = Array.from(object({ cwd: place.project, last_assistant_message: '}"{\\' }));
    const run = await place.run(['stop'], { pieces, staysOpen: true });

    expect(answerOf(run)).to.deep.equal({});
    expect(place.saved()[0]?.session?.id).to.equal('s1');
  });

  it('takes an object also where a program that shares its standard input has made that non-blocking', async () => {
    const pieces = Array.from(object({ cwd: place.project, last_assistant_message: 'shared' }));
    const run = await place.runCommand([execPath, '-e', SHARING, HOLDFAST, 'hook', 'stop'], { pieces, staysOpen: true });

    expect(answerOf(run)).to.deep.equal({});
    expect(place.saved()[0]?.summary.text).to.equal('shared');
  });

  it('ends with 0 also where Node may load no addon, whether the pipe is closed or not', async () => {
    const env = { NODE_OPTIONS: '--no-addons' };
    const [open, whole] = [
      await place.run(['stop'], { pieces: ['{"session_id":'], staysOpen: true }, env),
      await place.run(['stop'], { pieces: [object({ cwd: place.project })] }, env),
    ];

    expect([open.code, whole.code]).to.deep.equal([0, 0]);
    expect(answerOf(open)).to.deep.equal({});
    expect(open.took).to.be.below(IN_TIME_MS);
    expect(Object.keys(answerOf(whole)).filter((key) => key !== 'systemMessage')).to.deep.equal([]);
  });

  it('reads no further than the first object', async () => {
    await place.run(['stop'], { pieces: [`${object({ cwd: place.project })}\n${object({ session_id: 's2' })}`], staysOpen: true });

    expect(place.saved().map(({ session }) => session?.id)).to.deep.equal(['s1']);
  });

  for (const id of ['../../../etc/passwd', 'a/b', 'a\0b', '', '-'.repeat(129), 'a b', '\u001b[2J', '{"$ne":1}', '.', 'caf\u00e9']) {
    it(`saves without the session id ${JSON.stringify(id)}`, async () => {
      const run = await place.run(['stop'], { pieces: [object({ session_id: id, cwd: place.project })] });

      expect(answerOf(run)).to.deep.equal({});
      expect(place.saved().map(({ session }) => session)).to.deep.equal([null]);
      expect(run.output).to.not.include('\u001b');
    });
  }

  for (const cwd of ['relative', '/nonexistent/directory', 'file:///etc', '/etc/passwd', '/tmp\0/x', `/${'x'.repeat(5000)}`, '~']) {
    it(`works in its own directory when cwd is ${JSON.stringify(cwd.slice(0, 40))}`, async () => {
      const run = await place.run(['stop'], { pieces: [object({ cwd })] });

      expect(answerOf(run)).to.deep.equal({});
      expect(place.saved().map(({ project }) => project.root)).to.deep.equal([place.project]);
      expect(place.log()).to.include('[WARNING] hook').and.not.include('\0');
    });
  }

  const commandLines: readonly (readonly string[])[] = [
    [],
    ['no-such-event'],
    ['--no-such-flag'],
    ['stop', '--no-such-flag'],
    ['stop', '--agent'],
    ['stop', '--agent', 'no-such-agent'],
    ['stop', '--agent='],
    ['__proto__'],
    ['stop', 'stop', '--', '-x'],
  ];
  for (const args of commandLines) {
    it(`ends with 0 after \`hook ${args.join(' ')}\``, async () => {
      const run = await place.run(args, { pieces: [object({ cwd: place.project })] });

      expect({ code: run.code, errors: run.errors }).to.deep.equal({ code: 0, errors: '' });
      expect(Object.keys(answerOf(run)).filter((key) => key !== 'systemMessage')).to.deep.equal([]);
      expect(place.saved()).to.have.length(args[0] === 'stop' ? 1 : 0);
      expect(place.log()).to.include('hook');
    });
  }

  it('takes what has come in time, although it was too busy to look for it', async () => {
    const path = scene().path('pipe');
    execFileSync('mkfifo', [path]);
    const pipe = new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK) });
    const read = readPayload(pipe, 1);
    writeFileSync(path, '{"prompt":"hello"}');
    const until = performance.now() + 50;
    while (performance.now() < until) continue;

    expect(await read).to.deep.equal({ payload: { prompt: 'hello' } });
  });

  const configurations: Readonly<Record<string, string>> = {
    'that is no JSON': '{',
    'with a wrong value': '{"hooks":{"budgetMs":"soon"}}',
    'that is a list': '[]',
  };
  for (const [which, text] of Object.entries(configurations)) {
    it(`tells once a day of a configuration ${which}`, async () => {
      mkdirSync(place.home, { mode: 0o700 });
      writeFileSync(join(place.home, 'config.json'), text, { mode: 0o600 });
      const runs = [];
      for (let turn = 0; turn < 2; turn += 1) runs.push(await place.run(['stop'], { pieces: [object({ cwd: place.project })] }));

      expect(runs.map(({ code }) => code)).to.deep.equal([0, 0]);
      expect(runs.map((run) => Object.keys(answerOf(run)))).to.deep.equal([['systemMessage'], []]);
      expect(answerOf(runs[0] ?? expect.fail())['systemMessage']).to.include('config.json');
      expect(place.log().match(/\[ERROR\]/g)).to.have.length(2);
    });
  }

  it('ends with 0 where HOLDFAST_HOME makes no sense', async () => {
    const run = await place.run(['stop'], { pieces: [object({ cwd: place.project })] }, { HOLDFAST_HOME: 'relative' });

    expect({ code: run.code, answer: answerOf(run), errors: run.errors }).to.deep.equal({ code: 0, answer: {}, errors: '' });
  });

  it('ends with 0 where its directories are a file or a loop of links', async () => {
    writeFileSync(scene().path('file'), '');
    symlinkSync(scene().path('loop'), scene().path('loop'));
    for (const name of ['file', 'loop']) {
      const run = await place.run(['stop'], { pieces: [object({ cwd: place.project })] }, { HOLDFAST_HOME: scene().path(name) });

      expect({ code: run.code, answer: answerOf(run), errors: run.errors }).to.deep.equal({ code: 0, answer: {}, errors: '' });
    }
  });

  it('ends with 0 when nobody reads its answer', async () => {
    const run = await place.runCommand(['sh', '-c', `exec "$@" >/dev/full`, 'sh', ...hookCommand()], { pieces: [object({})] });

    expect({ code: run.code, errors: run.errors }).to.deep.equal({ code: 0, errors: '' });
  });

  it('does nothing while HOLDFAST_DISABLE=1', async () => {
    const run = await place.run(['stop'], { pieces: [], staysOpen: true }, { HOLDFAST_DISABLE: '1' });

    expect(answerOf(run)).to.deep.equal({});
    expect(place.saved()).to.deep.equal([]);
  });
});

function hookCommand(): string[] {
  return [process.execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'hook', 'stop'];
}
