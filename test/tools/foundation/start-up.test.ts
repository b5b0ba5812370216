// What a command loads before it does anything: each file costs a part of a millisecond, and an agent waits for its
// hooks.

import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';

const BIN = join(PROJECT_ROOT, 'bin', 'holdfast.js');
const DIST = join(PROJECT_ROOT, 'dist', '/');
/** Writes down at once what is loaded: `holdfast run` has no exit, it becomes another program. */
const NOTING = `const { Module } = require('node:module');
const { appendFileSync } = require('node:fs');
const load = Module._load;
const resolve = Module._resolveFilename;
Module._load = function (name, parent, isMain) {
  appendFileSync(process.env.LOADED, resolve.call(Module, name, parent, isMain) + '\\n');
  return load.call(Module, name, parent, isMain);
};`;

const CLI = ['cli/arguments', 'cli/exit-codes', 'cli/help', 'cli/main', 'cli/output', 'printable', 'tools/failure'];
const ADDON = ['addon/candidates', 'addon/load', 'addon/native-files', 'errors', 'printable'];
const HOOK = [
  'addon/candidates',
  'cli/commands/hook',
  'cli/main',
  'printable',
  'tools/directories',
  'tools/failure',
  'tools/hooks/answer',
  'tools/hooks/complaints',
  'tools/hooks/deadline',
  'tools/hooks/events',
  'tools/hooks/read-payload',
  'tools/hooks/run-hook',
  'tools/hooks/standard-input',
  'tools/log',
  'tools/private-files',
];
/** What is slow to load, of Node's own. */
const SLOW = /^(?:node:)?(?:crypto|net|tty|http|https|readline|stream|child_process|fs\/promises)$/;

describe('start-up', () => {
  const scene = useScene();

  async function loadedBy(...args: readonly string[]): Promise<{ readonly own: string[]; readonly slow: string[] }> {
    const [noting, list] = [scene().path('noting.cjs'), scene().path('loaded')];
    mkdirSync(scene().path('home'), { mode: 0o700 });
    writeFileSync(noting, NOTING);
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home'), LOADED: list };
    const { code } = await scene().start([execPath, '-r', noting, BIN, ...args], { env }).ended();
    const all = [...new Set(readFileSync(list, 'utf8').split('\n'))];
    const own = all.filter((path) => path.startsWith(DIST)).map((path) => path.slice(DIST.length).replace(/\.js$/, ''));

    expect(code).to.equal(0);
    return { own: own.sort(), slow: all.filter((path) => SLOW.test(path)) };
  }

  it('of `holdfast --version` loads the command line, and no addon', async () => {
    expect(await loadedBy('--version')).to.deep.equal({ own: CLI, slow: [] });
  });

  it('of a hook that is told nothing loads no configuration, no store, no library and no addon', async () => {
    expect(await loadedBy('hook', 'stop')).to.deep.equal({ own: HOOK, slow: [] });
  });

  it('of `holdfast run` loads the addon, and no library', async () => {
    const { own, slow } = await loadedBy('run', '--', 'true');

    expect({ own, slow }).to.deep.equal({ own: [...ADDON, 'cli/commands/run', 'cli/main'].sort(), slow: [] });
  });
});
