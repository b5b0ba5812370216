// What the tools leave on a disk: readable for this user alone whatever the umask is, nothing where others may write,
// and one lock for every process of this user, whatever its environment.

import { expect } from 'chai';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { AgentHome } from '../../support/agent-home.js';
import type { CommandRun } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { NEEDS_ROOT, itIf } from '../../support/mechanisms.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { endProcesses, useScene } from '../../support/scene.js';
import { isAlive } from '../../support/proc.js';
import { SOMEBODY_ELSE } from '../../support/users.js';

const HOLDFAST = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')];

describe('what the tools write', () => {
  const scene = useScene();
  let user: AgentHome;
  const state = (): string => join(user.own, 'state');

  beforeEach(() => {
    user = new AgentHome(scene());
  });

  /** Everything below, by its path from there, with its mode. */
  function modesBelow(directory: string): Readonly<Record<string, string>> {
    const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const modeOf = (name: string): string => {
      const found = lstatSync(join(directory, name));
      if (found.isSymbolicLink()) return 'link'; // has no mode that counts (symlink(7))
      return `${found.isDirectory() ? 'd' : '-'} ${(found.mode & 0o7777).toString(8).padStart(4, '0')}`;
    };
    return Object.fromEntries(['', ...entries].map((name) => [name, modeOf(name)]));
  }

  for (const umask of ['000', '077']) {
    it(`is this user's alone with the umask ${umask}`, async () => {
      const remote = scene().path('remote');
      mkdirSync(remote, { mode: 0o700 });
      const owner = scene().start(['sleep', '1000']);
      const run = async (words: readonly string[], input = ''): Promise<CommandRun> => {
        const argv = ['/bin/sh', '-c', `umask ${umask}; exec "$0" "$@"`, ...HOLDFAST, ...words];
        return user.run(argv, input, { HOLDFAST_SYNC_REMOTE: `file://${remote}` });
      };
      const daemon = ['--owner', String(owner.identity.pid), '--interval', '1s', '--project', user.project];
      const steps = [['save', 'now', '-m', 'a'], ['sync'], ['save-check', '--force', '--project', user.project]];
      const more = [['hooks', 'install', '--agent', 'claude'], ['save', 'daemon', 'start', ...daemon]];

      for (const words of [...steps, ...more]) expect((await run(words)).code, words.join(' ')).to.equal(0);
      await run(['hook', 'stop', '--agent', 'claude'], 'no payload');
      await eventually('the daemon has told of itself', () => readdirSync(state()).some((name) => /^daemon-\w+\.json$/.test(name)));
      expect((await run(['save', 'daemon', 'stop', '--project', user.project])).code).to.equal(0);
      await endProcesses(() => [owner.identity].filter(isAlive));

      const modes = { ...modesBelow(user.own), ...modesBelow(remote) };
      const names = Object.keys(modes).map((name) => name.replace(/[0-9a-f]{16,}/, 'ID').replace(/\d{9,}/, 'TIME').replace(/(?<=project-)[0-9a-f]{8}/, 'ID'));
      expect(names).to.include.members([
        ...['state/store.lock', 'state/save-check.lock', 'state/last-run.json', 'state/daemon-ID.lock', 'state/daemon-ID.json'],
        ...['state/sent/TIME-c-ID.project-ID.json', 'state/contexts/ID/latest.json', 'state/contexts/ID/seen.json'],
        ...['state/bin/hook.cjs', 'state/bin/hook.json', 'logs/holdfast.log', 'logs/daemon.log', 'project-ID', 'project-ID/c-ID.json'],
      ]);
      expect(Object.entries(modes).filter(([, mode]) => !['d 0700', '- 0600', 'link'].includes(mode))).to.deep.equal([]);
    });
  }

  const BAD: readonly (readonly [string, (path: string) => void, number, RegExp])[] = [
    ['that a group may write', (path) => chmodSync(path, 0o770), 77, /got 0770 of user \d+; correct it with: chmod 0700 '\/.*'/],
    ['that all may write', (path) => chmodSync(path, 0o707), 77, /got 0707 of user \d+; correct it with: chmod 0700 '\/.*'/],
    ['that all may write, and is sticky', (path) => chmodSync(path, 0o1777), 77, /correct it with: chmod 0700 '\/.*'/],
    ['that a group may read', (path) => chmodSync(path, 0o740), 77, /got 0740 of user \d+; correct it with: chmod 0700 '\/.*'/],
    ['that is a link', linkInPlace, 73, /got a symbolic link; name the directory itself by HOLDFAST_HOME/],
  ];

  function linkInPlace(path: string): void {
    renameSync(path, scene().path('moved'));
    symlinkSync(scene().path('moved'), path);
  }

  const save = async (): Promise<CommandRun> => user.holdfast(['save', 'now', '--project', user.project]);

  for (const [what, spoil, code, said] of BAD) {
    for (const name of ['state', 'state/outbox']) {
      it(`is nothing in a directory ${what}: ${name}`, async () => {
        mkdirSync(join(user.own, name), { recursive: true, mode: 0o700 });
        spoil(join(user.own, name));

        const refused = await save();

        expect([refused.code, refused.output]).to.deep.equal([code, '']);
        expect(refused.errors).to.match(said).and.match(new RegExp(`/${name}: expected a directory`));
        expect(readdirSync(join(user.own, name)).filter((entry) => entry.includes('c-'))).to.deep.equal([]);
      });
    }
  }

  itIf(NEEDS_ROOT, 'is nothing in a directory of another user', async () => {
    mkdirSync(state(), { recursive: true, mode: 0o700 });
    chownSync(state(), SOMEBODY_ELSE, SOMEBODY_ELSE);

    const { code, errors } = await save();

    expect(code).to.equal(77);
    expect(errors).to.match(new RegExp(`got 0700 of user ${SOMEBODY_ELSE}; use another, or give it to this user with chown`));
    expect(readdirSync(state())).to.deep.equal([]);
  });

  it('is no log in a directory that others may write, and the save is made all the same', async () => {
    const logs = join(user.own, 'logs');
    mkdirSync(logs, { recursive: true });
    chmodSync(logs, 0o777);

    const { code } = await user.holdfast(['save-check', '--force', '--no-sync', '--project', user.project]);

    expect(code).to.equal(0);
    expect(readdirSync(logs)).to.deep.equal([]);
    expect(existsSync(join(state(), 'last-run.json'))).to.equal(true);
  });

  it('is guarded by one lock, with and without XDG_RUNTIME_DIR and TMPDIR', async () => {
    const places = { HOLDFAST_HOME: '', XDG_STATE_HOME: scene().path('xdg'), XDG_CONFIG_HOME: scene().path('xdg') };
    for (const name of ['run', 'temporary']) mkdirSync(scene().path(name), { mode: 0o700 });
    const ofLogin = { ...process.env, ...places, XDG_RUNTIME_DIR: scene().path('run') };
    const script = `
      const { acquireLock, openWorkplace } = require(process.argv[1]);
      acquireLock(require('node:path').join(openWorkplace().directories.state, 'save-check.lock'))
        .then((lock) => { globalThis.lock = lock; console.log('held'); setInterval(() => undefined, 1000); });`;
    const login = scene().start([execPath, '-e', script, join(PROJECT_ROOT, 'dist', 'tools-api.js')], { env: ofLogin });
    await eventually('it has the lock', () => login.output === 'held\n');
    const check = async (): Promise<CommandRun> => {
      const words = ['save-check', '--force', '--no-sync', '--project', user.project];
      return user.holdfast(words, { ...places, XDG_RUNTIME_DIR: undefined, TMPDIR: scene().path('temporary') });
    };

    const meanwhile = await check();
    await endProcesses(() => [login.identity].filter(isAlive));
    const afterwards = await check();

    expect(meanwhile.output + meanwhile.errors).to.include(`Previous execution still running, skipping (pid ${login.identity.pid}`);
    expect(afterwards.output).to.match(/^\[OK\] project saved /m);
    expect([...readdirSync(scene().path('run')), ...readdirSync(scene().path('temporary'))]).to.deep.equal([]);
  });
});
