// Where the tools keep their files: a table of systems and environments, hostile ones included.

import { expect } from 'chai';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { directories } from '#lib/tools/directories.js';

import { holdfast } from '../../support/command.js';
import { NEEDS_ROOT, itIf } from '../../support/mechanisms.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';

interface Case {
  readonly what: string;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly found: readonly [string, string, string];
}

const CASES: readonly Case[] = [
  {
    what: 'Linux without an environment',
    platform: 'linux',
    env: {},
    home: '/home/me',
    found: ['/home/me/.config/holdfast', '/home/me/.local/state/holdfast', '/home/me/.local/state/holdfast/logs'],
  },
  {
    what: 'Linux with XDG directories',
    platform: 'linux',
    env: { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' },
    home: '/home/me',
    found: ['/c/holdfast', '/s/holdfast', '/s/holdfast/logs'],
  },
  {
    what: 'Linux with relative XDG directories, which do not count',
    platform: 'linux',
    env: { XDG_CONFIG_HOME: 'c', XDG_STATE_HOME: '../s', HOME: '/elsewhere' },
    home: '/home/me',
    found: ['/home/me/.config/holdfast', '/home/me/.local/state/holdfast', '/home/me/.local/state/holdfast/logs'],
  },
  {
    what: 'macOS',
    platform: 'darwin',
    env: {},
    home: '/Users/me',
    found: [
      '/Users/me/Library/Application Support/holdfast',
      '/Users/me/Library/Application Support/holdfast/State',
      '/Users/me/Library/Logs/holdfast',
    ],
  },
  {
    what: 'Windows',
    platform: 'win32',
    env: { APPDATA: 'C:\\r', LOCALAPPDATA: 'C:\\l' },
    home: 'C:\\Users\\me',
    found: ['C:\\r\\holdfast', 'C:\\l\\holdfast\\State', 'C:\\l\\holdfast\\Logs'],
  },
  {
    what: 'Windows without an environment',
    platform: 'win32',
    env: {},
    home: 'C:\\Users\\me',
    found: [
      'C:\\Users\\me\\AppData\\Roaming\\holdfast',
      'C:\\Users\\me\\AppData\\Local\\holdfast\\State',
      'C:\\Users\\me\\AppData\\Local\\holdfast\\Logs',
    ],
  },
  { what: 'HOLDFAST_HOME', platform: 'linux', env: { HOLDFAST_HOME: '/h', XDG_STATE_HOME: '/s' }, home: '/x', found: ['/h', '/h/state', '/h/logs'] },
  {
    what: 'macOS with directories of XDG, which do not count',
    platform: 'darwin',
    env: { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s', XDG_RUNTIME_DIR: '/r', TMPDIR: '/t' },
    home: '/Users/me',
    found: [
      '/Users/me/Library/Application Support/holdfast',
      '/Users/me/Library/Application Support/holdfast/State',
      '/Users/me/Library/Logs/holdfast',
    ],
  },
  {
    what: 'Linux with a runtime directory and one for temporary files, which do not count',
    platform: 'linux',
    env: { XDG_RUNTIME_DIR: '/r', TMPDIR: '/t', XDG_CACHE_HOME: '/k', XDG_DATA_HOME: '/d' },
    home: '/home/me',
    found: ['/home/me/.config/holdfast', '/home/me/.local/state/holdfast', '/home/me/.local/state/holdfast/logs'],
  },
  { what: 'HOLDFAST_HOME on macOS', platform: 'darwin', env: { HOLDFAST_HOME: '/h' }, home: '/x', found: ['/h', '/h/state', '/h/logs'] },
  {
    what: 'HOLDFAST_HOME on Windows',
    platform: 'win32',
    env: { HOLDFAST_HOME: 'D:\\h', APPDATA: 'C:\\r', LOCALAPPDATA: 'C:\\l' },
    home: 'C:\\Users\\me',
    found: ['D:\\h', 'D:\\h\\state', 'D:\\h\\logs'],
  },
  { what: 'HOLDFAST_HOME that is empty', platform: 'linux', env: { HOLDFAST_HOME: '' }, home: '/x', found: ['/x/.config/holdfast', '/x/.local/state/holdfast', '/x/.local/state/holdfast/logs'] },
];

describe('the directories of the tools', () => {
  const scene = useScene();

  for (const { what, platform, env, home, found } of CASES) {
    it(`are those of ${what}`, () => {
      const { config, state, logs } = directories(env, platform, home);

      expect([config, state, logs]).to.deep.equal(found);
    });
  }

  for (const own of ['relative', '.', '~', '~/x', '../x', ' ', '\u001b[2J']) {
    it(`are refused when HOLDFAST_HOME is ${JSON.stringify(own)}`, async () => {
      const { code, output, errors } = await holdfast(scene(), ['recall'], own);

      expect([code, output]).to.deep.equal([78, '']);
      expect(errors).to.match(/^holdfast: HOLDFAST_HOME: expected an absolute path, got '[^\u001b]+'\n$/);
    });
  }

  for (const [what, home, code] of [
    ['a file', () => join(scene().path('file'), 'below'), 78],
    ['a name that is too long', () => scene().path('x'.repeat(300)), 78],
    ['where nothing can be made', () => '/proc/nowhere', 73],
  ] as const) {
    it(`that cannot be, below ${what}, are an error with exit code ${code}`, async () => {
      writeFileSync(scene().path('file'), '');
      mkdirSync(scene().path('project'));

      const said = await holdfast(scene(), ['save', 'now', '--project', scene().path('project')], home());

      expect([said.code, said.output], said.errors).to.deep.equal([code, '']);
      expect(said.errors).to.match(/^holdfast: (the configuration cannot be read: )?E[A-Z]+: /);
    });
  }

  it('of other letters, blanks and quotes are as good as any', async () => {
    const home = scene().path('a \'b\' "c" $d %e% \u00e4 \u{1f600}');
    mkdirSync(scene().path('project'));

    expect(await holdfast(scene(), ['save', 'now', '--project', scene().path('project')], home)).to.include({ code: 0, errors: '' });
    expect(await holdfast(scene(), ['recall', '--project', scene().path('project')], home)).to.include({ code: 0, errors: '' });
  });

  /** A user whom no database knows, as in many containers. */
  const AS_NOBODY_KNOWN = ['setpriv', '--reuid', '64321', '--regid', '64321', '--clear-groups', '--inh-caps=-all'];

  async function asUnknown(env: NodeJS.ProcessEnv): Promise<{ code: number | null; errors: string }> {
    const command = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'save-check', '--force', '--no-sync', '--project', '/'];
    const path = process.env['PATH'] ?? '';
    const run = scene().start([...AS_NOBODY_KNOWN, ...command], { env: { PATH: path, ...env }, cwd: '/' });
    return { code: (await run.ended()).code, errors: run.output + run.errors };
  }

  itIf(NEEDS_ROOT, 'need no user database with HOLDFAST_HOME, and say what to do without', async function (this: Mocha.Context) {
    const { code: reachable } = await scene().start([...AS_NOBODY_KNOWN, 'test', '-r', join(PROJECT_ROOT, 'package.json')]).ended();
    if (reachable !== 0) {
      console.log('      SKIPPED: another user cannot read the project where it is');
      this.skip();
    }
    mkdirSync(scene().path('open'));
    chownSync(scene().path('open'), 64321, 64321);

    expect(await asUnknown({ HOLDFAST_HOME: scene().path('open/home') })).to.include({ code: 0 });
    const lost = await asUnknown({});
    expect(lost).to.include({ code: 78 });
    expect(lost.errors).to.include('this user has no home: set HOLDFAST_HOME to an absolute path');
  });
});
