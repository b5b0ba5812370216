// A standard output that is full, closed or not to be written to: no command crashes for it, and whoever wanted what it
// prints learns that he has not got it.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { listedCommands } from '../support/listed-commands.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';

const CANNOT_WRITE = 73;

interface Said {
  readonly code: number | null;
  readonly errors: string;
}

/** What a shell would open, by the way in which it takes nothing. */
const OUTPUTS: Readonly<Record<string, (scene: Scene) => number>> = {
  full: () => openSync('/dev/full', 'w'),
  unwritable: () => openSync('/dev/null', 'r'),
  unread: pipeWithoutReader,
};
const WRONG: Readonly<Record<string, RegExp>> = {
  full: /^holdfast: standard output: no space left on device\n$/i,
  unwritable: /^holdfast: standard output: bad file descriptor\n$/i,
};

let pipes = 0;

function pipeWithoutReader(scene: Scene): number {
  const path = scene.path(`pipe-${(pipes += 1)}`);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  closeSync(reader);
  return writer;
}

const COMMAND = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')];

describe('standard output that takes nothing', () => {
  const scene = useScene();

  async function said(args: readonly string[], output: string): Promise<Said> {
    const fd = OUTPUTS[output]?.(scene()) ?? -1;
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home'), HOME: scene().path('user') };
    const started = scene().start([...COMMAND, ...args], { env, stdio: ['ignore', fd, 'pipe'] });
    closeSync(fd);
    return endOf(started);
  }

  async function endOf(started: ReturnType<Scene['start']>): Promise<Said> {
    const { stderr } = started.child;
    const closed = new Promise((resolve) => stderr?.once('close', resolve));
    const { code } = await started.ended();
    await closed;
    return { code, errors: started.errors };
  }

  async function inShell(line: string, args: readonly string[]): Promise<Said> {
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home') };
    return endOf(scene().start(['sh', '-c', line, 'sh', ...COMMAND, ...args], { env }));
  }

  const asked = listedCommands().map((command) => [...command.split(' '), '--help']);
  const lines = ['--help', '--version', 'guard-path', 'ps', 'ps --json', 'doctor', 'config show', 'sync status --json'];
  const telling = lines.map((line) => line.split(' '));
  for (const args of [...asked, ...telling]) {
    if (args[0] === 'hook') continue;
    it(`is told by \`holdfast ${args.join(' ')}\`, but for a reader that has gone`, async () => {
      const each = Object.keys(OUTPUTS).map(async (output) => said(args, output));
      const [full, unwritable, unread] = await Promise.all(each);

      expect(full?.errors).to.match(WRONG['full'] ?? /^$/);
      expect(unwritable?.errors).to.match(WRONG['unwritable'] ?? /^$/);
      expect([full?.code, unwritable?.code]).to.deep.equal([CANNOT_WRITE, CANNOT_WRITE]);
      expect(unread).to.deep.equal({ code: 0, errors: '' });
    });
  }

  for (const args of [['hook', '--help'], ['hook', 'stop'], ['hook', 'no-such-event']]) {
    it(`is nothing to \`holdfast ${args.join(' ')}\``, async () => {
      for (const output of Object.keys(OUTPUTS)) expect(await said(args, output), output).to.deep.equal({ code: 0, errors: '' });
      expect(await inShell('exec "$@" >&- 2>&-', args)).to.deep.equal({ code: 0, errors: '' });
    });
  }

  it('changes no exit code that is not 0', async () => {
    const status = ['save', 'daemon', 'status'];

    expect(await said(status, 'unread')).to.deep.equal({ code: 1, errors: '' });
    expect((await said(status, 'full')).code).to.equal(1);
  });

  it('keeps no command from its work', async () => {
    for (const output of Object.keys(OUTPUTS)) {
      mkdirSync(scene().path('user/.claude'), { recursive: true });
      const settings = scene().path('user/.claude/settings.json');

      const { code, errors } = await said(['setup', '--agent', 'claude', '--no-schedule', '--yes'], output);
      expect(code, errors).to.equal(output === 'unread' ? 0 : CANNOT_WRITE);
      expect(readFileSync(settings, 'utf8'), output).to.include('hook');

      await said(['hooks', 'remove', '--agent', 'claude'], output);
      expect(existsSync(settings) ? readFileSync(settings, 'utf8') : '', output).not.to.include('hook');
    }
  });

  it('is told where only the first part could be written', async () => {
    const file = scene().path('part');

    const { code, errors } = await inShell(`ulimit -f 1; exec "$@" >'${file}'`, ['--help']);

    expect({ code, errors }).to.deep.equal({ code: CANNOT_WRITE, errors: 'holdfast: standard output: file too large\n' });
    expect(readFileSync(file, 'utf8')).to.match(/^usage: holdfast run /);
  });

  it('is no matter when it was closed from the beginning, nor is standard error', async () => {
    for (const args of [['ps'], ['ps', '--json'], ['--help'], ['run', '--help'], ['doctor']]) {
      expect((await inShell('exec "$@" >&-', args)).code, args.join(' ')).to.equal(0);
      expect((await inShell('exec "$@" >&- 2>&-', args)).code, args.join(' ')).to.equal(0);
      expect((await inShell('exec "$@" >/dev/full 2>&-', args)).code, args.join(' ')).to.equal(CANNOT_WRITE);
      expect((await inShell('exec "$@" >/dev/full 2>/dev/full', args)).code, args.join(' ')).to.equal(CANNOT_WRITE);
    }
    for (const target of ['&-', '/dev/full']) {
      expect((await inShell(`exec "$@" 2>${target}`, ['ps', '--no-such-option'])).code).to.equal(64);
      expect((await inShell(`exec "$@" 2>${target}`, ['kill', 'nobody'])).code).to.equal(1);
    }
  });
});
