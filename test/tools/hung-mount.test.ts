// The tools on a file system that never answers, as a network mount whose server is gone: they give up in time and end.

import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { pathToFileURL } from 'node:url';

import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene, type Started } from '../support/scene.js';
import { Repository } from './save/repository.js';

const HOLDFAST = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')];
const NO_ANSWER = /no answer within 1000 ms|does not answer within \d+ ms/;

describe('a mount that hangs', () => {
  const scene = useScene();
  let mount = '';
  let home = '';

  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'only root may mount such a file system');
    if (!existsSync('/dev/fuse')) skip(this, 'this kernel has no /dev/fuse');
  });

  beforeEach(() => {
    mount = scene().path('share');
    home = scene().path('home');
    mkdirSync(mount);
    mkdirSync(home, { mode: 0o700 });
    const sync = { remote: pathToFileURL(mount).href, requestTimeoutMs: 1000, budgetMs: 5000 };
    writeFileSync(join(home, 'config.json'), JSON.stringify({ sync }), { mode: 0o600 });
  });

  interface Around {
    readonly input?: 'pipe';
    readonly env?: NodeJS.ProcessEnv;
  }

  function whereItHangs(argv: readonly string[], { input, env: more }: Around = {}): Started {
    const env = { ...process.env, ...more, HOLDFAST_HOME: home };
    return scene().start([fixture('hung-mount'), mount, ...argv], { env, stdio: [input ?? 'ignore', 'pipe', 'pipe'], cwd: '/' });
  }

  const holdfast = (args: readonly string[], around?: Around): Started => whereItHangs([...HOLDFAST, ...args], around);

  it('keeps who has no deadline, which is the control', async () => {
    const { code } = await whereItHangs(['timeout', '1', 'ls', mount]).ended();

    expect(code).to.equal(124);
  });

  for (const [command, ...args] of [['save', 'now'], ['save-check', '--no-sync'], ['recall']]) {
    it(`is given up by ${[command, ...args].join(' ')}, which says so`, async () => {
      const run = holdfast([command ?? '', ...args, '--project', mount]);

      expect(await run.ended()).to.deep.equal({ code: 1, signal: null });
      expect(run.output + run.errors).to.match(NO_ANSWER);
    });
  }

  it('does not keep the daemon, which ends when it is told to', async () => {
    const run = holdfast(['save', 'daemon', 'run', '--project', mount]);
    const log = join(home, 'logs', 'holdfast.log');
    await eventually('the daemon has given up', () => existsSync(log) && NO_ANSWER.test(readFileSync(log, 'utf8')));

    run.kill('SIGTERM');

    expect(await run.ended()).to.deep.equal({ code: 0, signal: null });
  });

  it('keeps no thread of the daemon, which has one and still saves another project', async () => {
    const other = Repository.create(scene().path('other'));
    const env = { UV_THREADPOOL_SIZE: '1' };
    const run = holdfast(['save', 'daemon', 'run', '--interval', '1s', '--project', mount, '--project', other.path], { env });
    const contexts = join(home, 'state', 'contexts');
    await eventually('the other project is saved', () => existsSync(contexts) && readdirSync(contexts).length > 0);

    run.kill('SIGTERM');

    expect(await run.ended()).to.deep.equal({ code: 0, signal: null });
  });

  it('keeps no command longer than its budget where it holds the home of the tools', async () => {
    home = mount;

    const run = holdfast(['recall', '--budget', '300ms']);

    expect(await run.ended()).to.deep.equal({ code: 124, signal: null });
    expect(run.errors).to.match(/not done within 0\.3 s, and ended/);
  });

  it('keeps no hook longer than its time where it holds the home of the tools', async () => {
    const elsewhere = scene().path('elsewhere');
    mkdirSync(elsewhere);
    home = mount;

    const run = holdfast(['hook', 'stop'], { input: 'pipe' });
    run.child.stdin?.end(JSON.stringify({ session_id: 's1', cwd: elsewhere }));

    expect(await run.ended()).to.deep.equal({ code: 0, signal: null });
  });

  it('is given up by sync, which keeps what it wanted to send', async () => {
    const saved = scene().path('project');
    mkdirSync(saved);
    expect(await holdfast(['save', 'now', '--project', saved]).ended()).to.include({ code: 0 });

    const run = holdfast(['sync']);

    expect(await run.ended()).to.deep.equal({ code: 69, signal: null });
    expect(run.output).to.match(NO_ANSWER);
    expect(readdirSync(join(home, 'state', 'outbox'))).to.have.length(1);
  });

  it('does not keep a hook, which answers and exits with 0', async () => {
    const run = holdfast(['hook', 'stop'], { input: 'pipe' });
    run.child.stdin?.end(JSON.stringify({ session_id: 's1', cwd: mount }));

    expect(await run.ended()).to.deep.equal({ code: 0, signal: null });
    const { systemMessage, ...rest } = JSON.parse(run.output) as { systemMessage?: string };
    expect(rest).to.deep.equal({});
    expect(systemMessage ?? 'no answer within 1000 ms').to.match(NO_ANSWER); // or its own time was over before
  });
});

function skip(context: Mocha.Context, reason: string): never {
  console.log(`      SKIPPED: ${reason}`);
  return context.skip();
}
