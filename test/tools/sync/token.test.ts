// The token of a remote: where it comes from, who may see it, and where it goes.

import { expect } from 'chai';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { execPath } from 'node:process';

import type { SyncConfig } from '#lib/tools/config/config.js';
import { ToolFailure } from '#lib/tools/failure.js';
import { sync } from '#lib/tools/sync/sync.js';
import { tokenOf } from '#lib/tools/sync/token.js';
import type { Workplace } from '#lib/tools/workplace.js';

import { holdfast } from '../../support/command.js';
import { useScene } from '../../support/scene.js';
import { FakeRemote, status, useFakeRemote } from './fake-remote.js';
import { enqueue, logOf, shelves, workplaceIn } from './workplace.js';

const SECRET = 'secret-1234';
async function failureOf(work: Promise<unknown>): Promise<ToolFailure> {
  const failure = await work.then(() => undefined, (error: unknown) => error);
  if (failure instanceof ToolFailure) return failure;
  throw new Error('expected a ToolFailure', { cause: failure });
}

/** For as long as a test runs. */
const inTime = { deadline: Infinity, signal: new AbortController().signal };

describe('a token', () => {
  const scene = useScene();
  const remote = useFakeRemote();
  const none = { tokenEnv: 'HOLDFAST_TOKEN', tokenFile: null, tokenCommand: null };
  const prints = (text: string): readonly string[] => [execPath, '-e', `process.stdout.write(${JSON.stringify(text)})`];
  const place = (settings: Partial<SyncConfig>): Workplace => {
    const made = workplaceIn(scene(), { remote: remote().url, tokenEnv: null, ...settings });
    enqueue(made, 'a');
    return made;
  };
  const shown = (): (string | undefined)[] => remote().seen.map(({ headers }) => headers.authorization);

  it('is taken from the environment first, then from its file, then from its command, without the end of the line', async () => {
    const tokenFile = scene().path('token');
    const tokenCommand = prints('of-the-command\n');
    writeFileSync(tokenFile, 'of-the-file\n', { mode: 0o600 });
    const env = { HOLDFAST_TOKEN: 'of-the-environment' };

    expect(await tokenOf({ ...none, tokenFile, tokenCommand }, inTime, env)).to.equal('of-the-environment');
    expect(await tokenOf({ ...none, tokenFile, tokenCommand }, inTime, {})).to.equal('of-the-file');
    expect(await tokenOf({ ...none, tokenCommand }, inTime, {})).to.equal('of-the-command');
    expect(await tokenOf(none, inTime, {})).to.equal(undefined);
  });

  it('is not taken from a file that others may read, nor from what is no file', async () => {
    const tokenFile = scene().path('token');
    writeFileSync(tokenFile, SECRET);
    chmodSync(tokenFile, 0o640);
    const directory = scene().path('directory');
    mkdirSync(directory, { mode: 0o700 });
    const problemWith = async (path: string): Promise<ToolFailure> =>
      failureOf(tokenOf({ ...none, tokenFile: path }, inTime, {}));

    expect(await problemWith(tokenFile)).to.include({ exitCode: 78 }).with.property('message').that.matches(/mode 0600 of user \d+, got 0640/);
    expect((await problemWith(directory)).message).to.match(/is no file/);
    expect((await problemWith('token')).message).to.match(/^sync.tokenFile: expected an absolute path/);
    expect((await problemWith('/nonexistent')).message).to.match(/^sync.tokenFile cannot be read: ENOENT/);
  });

  it('with a line end in it, which would begin another header, is not taken, and not repeated', async () => {
    for (const token of ['secret\r\nx: y', 'secret\n2', 's\u00e9cret']) {
      const problem = await failureOf(tokenOf(none, inTime, { HOLDFAST_TOKEN: token }));

      expect(problem.message).to.match(/^[^]*expected a token of printable ASCII on one line$/);
    }
  });

  it('is looked up once, when the first item is sent', async () => {
    const calls = scene().path('calls');
    const script = `require('fs').appendFileSync(${JSON.stringify(calls)}, 'x'); console.log('${SECRET}')`;
    const made = place({ tokenCommand: [execPath, '-e', script] });
    enqueue(made, 'b', 'c');

    const first = await sync(made);
    const second = await sync(made);

    expect([first.sent, second.sent]).to.deep.equal([3, 0]);
    expect(shown()).to.deep.equal(Array(3).fill(`Bearer ${SECRET}`));
    expect(readFileSync(calls, 'utf8')).to.equal('x');
  });

  for (const [what, tokenCommand, problem] of [
    ['that is not there', ['/nonexistent/keychain'], /^sync.tokenCommand cannot be run: .*ENOENT/],
    ['that fails', [execPath, '-e', `console.log('${SECRET}'); console.error('locked'); process.exit(3)`], /ended with exit code 3: locked$/],
    ['that prints two lines', prints('a\nb'), /expected a token of printable ASCII on one line$/],
    ['that prints nothing', prints(''), /expected a token of printable ASCII on one line$/],
    ['that prints without end', [execPath, '-e', `for (;;) require('fs').writeSync(1, '${SECRET}'.repeat(1000))`], /printed more than 65536 bytes$/],
  ] as const) {
    it(`of a command ${what} is none: exit code 78, and everything is kept`, async () => {
      const made = place({ tokenCommand });

      const failure = await failureOf(sync(made));

      expect(failure.exitCode).to.equal(78);
      expect(failure.message).to.match(problem).and.not.include(SECRET);
      expect(remote().seen).to.deep.equal([]);
      expect(shelves(made).outbox).to.have.length(1);
    });
  }

  it('of a command that hangs is given up with the budget, and nothing of the command is left', async () => {
    const made = place({ tokenCommand: ['/bin/sh', '-c', 'sleep 1000 & sleep 1000'] });

    const failure = await failureOf(sync(made, { budgetMs: 300 }));

    expect(failure).to.include({ exitCode: 78 }).with.property('message').that.matches(/did not answer within \d+ ms$/);
    expect(shelves(made).outbox).to.have.length(1);
  });

  it('is in the environment of no child, whatever its variable is called', async () => {
    const environment = scene().path('environment');
    const script = `require('fs').writeFileSync(${JSON.stringify(environment)}, JSON.stringify(process.env)); process.exit(1)`;
    place({ tokenEnv: 'TEAM_TOKEN', tokenCommand: [execPath, '-e', script] });
    const env = { HOLDFAST_TOKEN: SECRET, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: SECRET, OF_NO_INTEREST: 'x' };

    await holdfast(scene(), ['sync'], scene().path('home'), { ...env, TEAM_TOKEN: '' }); // empty: the next source counts

    const seen = JSON.parse(readFileSync(environment, 'utf8')) as Record<string, string>;
    expect(seen).to.include({ OF_NO_INTEREST: 'x' }).and.not.have.any.keys('TEAM_TOKEN', ...Object.keys(env).slice(0, 3));
  });

  it('is sent to another remote of the same origin, and to no other origin', async () => {
    process.env['HOLDFAST_TEST_TOKEN'] = SECRET;
    const other = await FakeRemote.start();
    try {
      const made = place({ tokenEnv: 'HOLDFAST_TEST_TOKEN' });
      enqueue(made, 'b');
      await sync(made, { max: 1, remote: `${remote().url}/elsewhere` });
      other.always = status(401);

      const report = await sync(made, { remote: other.url });

      expect(shown()).to.deep.equal([`Bearer ${SECRET}`]);
      expect(other.seen.map(({ headers }) => headers.authorization)).to.deep.equal([undefined]);
      expect(report).to.include({ exitCode: 78, sent: 0, left: 1 });
      expect(report.reason).to.equal(`PUT: 401 Unauthorized (the token is for http://127.0.0.1:${remote().port})`);
    } finally {
      delete process.env['HOLDFAST_TEST_TOKEN'];
      await other.stop();
    }
  });

  it('is nowhere in what a sync leaves behind', async () => {
    const made = place({ tokenCommand: prints(SECRET), username: 'user' });
    remote().behaviours.push((response, { headers }) => void response.writeHead(400).end(`${headers.authorization ?? ''} ${SECRET}`));

    const report = await sync(made);

    const state = readdirSync(made.directories.state, { recursive: true, withFileTypes: true });
    const texts = state.filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8'));
    const everything = [JSON.stringify(report), logOf(made), ...texts].join('\n');
    expect(everything).to.include('PUT: 400 Bad Request: Basic *** ***');
    expect(everything).not.to.include(SECRET).and.not.include(Buffer.from(`user:${SECRET}`).toString('base64'));
  });
});
