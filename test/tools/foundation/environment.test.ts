// Settings by environment variables: which are settings, what they mean, and what counts more.

import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { checkConfig, loadConfig, type Config } from '#lib/tools/config/config.js';
import { variableOf, withoutSettings } from '#lib/tools/config/environment.js';
import { knownKeys } from '#lib/tools/config/known-keys.js';
import { ToolFailure } from '#lib/tools/failure.js';
import { openProject } from '#lib/tools/project.js';

import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { sourceFiles } from '../../support/source-files.js';

type Env = NodeJS.ProcessEnv;

const VALUES: readonly (readonly [string, string, (config: Config) => unknown, unknown])[] = [
  ['HOLDFAST_SYNC_REMOTE', 'https://a.example', ({ sync }) => sync.remote, 'https://a.example'],
  ['HOLDFAST_SYNC_REMOTE', 'null', ({ sync }) => sync.remote, null],
  ['HOLDFAST_SYNC_USERNAME', '7', ({ sync }) => sync.username, '7'],
  ['HOLDFAST_SYNC_FLAVOR', 'couchdb', ({ sync }) => sync.flavor, 'couchdb'],
  ['HOLDFAST_SAVE_MIN_INTERVAL_SECONDS', '7', ({ save }) => save.minIntervalSeconds, 7],
  ['HOLDFAST_SAVE_REDACT', 'false', ({ save }) => save.redact, false],
  ['HOLDFAST_SYNC_BACKOFF_MIN_MS', '9', ({ sync }) => sync.backoff, { minMs: 9, maxMs: 900_000 }],
  ['HOLDFAST_PROJECTS', '["/a", "~/b"]', ({ projects }) => projects, ['/a', '~/b']],
  ['HOLDFAST_ACTIVITY_INDICATORS', '[]', ({ activity }) => activity.indicators, []],
];

const MISTAKES: readonly (readonly [string, Env, string])[] = [
  ['a number that is none', { HOLDFAST_SAVE_MAX_FILES: 'many' }, 'HOLDFAST_SAVE_MAX_FILES: expected integer, got "many"'],
  ['a number out of bounds', { HOLDFAST_SCHEDULE_EVERY_SECONDS: '1' }, 'HOLDFAST_SCHEDULE_EVERY_SECONDS: expected at least 60, got 1'],
  ['a word for a boolean', { HOLDFAST_SAVE_REDACT: 'no' }, 'HOLDFAST_SAVE_REDACT: expected boolean, got "no"'],
  ['another word than those known', { HOLDFAST_SAVE_PROMPT: 'all' }, 'HOLDFAST_SAVE_PROMPT: expected one of "hash", "text", "none", got "all"'],
  ['text for a list', { HOLDFAST_PROJECTS: '/a' }, 'HOLDFAST_PROJECTS: expected array, got "/a"'],
  ['an entry of a list', { HOLDFAST_PROJECTS: '["/a", 7]' }, 'HOLDFAST_PROJECTS.1: expected string, got 7'],
  ['an object', { HOLDFAST_SAVE_MAX_FILES: '{"__proto__": 1}' }, 'HOLDFAST_SAVE_MAX_FILES: expected integer, got {"__proto__":1}'],
  ['an unknown key', { HOLDFAST_SAVE_REDCT: '1' }, 'HOLDFAST_SAVE_REDCT: there is no such setting; did you mean HOLDFAST_SAVE_REDACT?'],
  ['words run together', { HOLDFAST_SAVE_MAXFILES: '1' }, 'HOLDFAST_SAVE_MAXFILES: there is no such setting; did you mean HOLDFAST_SAVE_MAX_FILES?'],
  ['nothing that is near', { HOLDFAST_HOOKS_SOMETHING_ELSE: '1' }, 'HOLDFAST_HOOKS_SOMETHING_ELSE: there is no such setting'],
  ['a section', { HOLDFAST_SYNC: '{}' }, 'HOLDFAST_SYNC: there is no such setting'],
  ['a section within a section', { HOLDFAST_SYNC_BACKOFF: '{}' }, 'HOLDFAST_SYNC_BACKOFF: there is no such setting'],
];

describe('the environment', () => {
  const scene = useScene();
  const home = (): string => scene().path('home');
  const load = (env: Env): ReturnType<typeof loadConfig> => loadConfig(home(), undefined, env);
  const write = (value: object): void => writeFileSync(join(home(), 'config.json'), JSON.stringify(value), { mode: 0o600 });

  beforeEach(() => {
    mkdirSync(home(), { mode: 0o700 });
  });

  for (const [variable, text, valueIn, value] of VALUES) {
    it(`sets a key: ${variable}=${text}`, () => {
      write({ save: { redact: true, minIntervalSeconds: 1 }, sync: { remote: 'file:///f', username: 'u' } });

      const { config, byEnvironment } = load({ [variable]: text });

      expect(valueIn(config)).to.deep.equal(value);
      expect(Object.values(byEnvironment)).to.deep.equal([variable]);
    });
  }

  for (const [what, env, said] of MISTAKES) {
    it(`names the variable of ${what}: ${said}`, () => {
      expect(() => load(env)).to.throw(ToolFailure).and.include({ exitCode: 78, message: said });
    });
  }

  it('tells every mistake at once', () => {
    expect(() => load({ HOLDFAST_SAVE_REDACT: '1', HOLDFAST_SAVE_X: '1' })).to.throw(/^HOLDFAST_SAVE_X: .*\nHOLDFAST_SAVE_REDACT: .*$/);
  });

  it('leaves alone what is beside the keys that it sets', () => {
    write({ sync: { remote: 'file:///f', backoff: { maxMs: 5000 } } });

    const { config, written } = load({ HOLDFAST_SYNC_BACKOFF_MIN_MS: '9', HOLDFAST_SYNC_REMOTE: '' });

    expect(config).to.deep.equal(checkConfig({ sync: { remote: 'file:///f', backoff: { minMs: 9, maxMs: 5000 } } }, ''));
    expect(written).to.deep.equal({ sync: { remote: 'file:///f', backoff: { maxMs: 5000 } } });
  });

  it('sets nothing by variables of another purpose, by empty ones and by small letters', () => {
    const { config, byEnvironment } = load({
      HOLDFAST_HOME: '/x',
      HOLDFAST_VERSION: '1.2.3',
      HOLDFAST_SAVED: '1',
      HOLDFAST_SAVE_REDACT: '',
      HOLDFAST_SAVE_WHAT: '',
      holdfast_save_redact: 'false',
    });

    expect(config).to.deep.equal(checkConfig({}, ''));
    expect(byEnvironment).to.deep.equal({});
  });

  it('may call the token what it wants', () => {
    write({ sync: { tokenEnv: 'HOLDFAST_SYNC_SECRET' } });

    expect(load({ HOLDFAST_SYNC_SECRET: 's' }).byEnvironment).to.deep.equal({});
    expect(load({ HOLDFAST_SYNC_OTHER: 's', HOLDFAST_SYNC_TOKEN_ENV: 'HOLDFAST_SYNC_OTHER' }).config.sync.tokenEnv).to.equal('HOLDFAST_SYNC_OTHER');
    expect(() => load({ HOLDFAST_SYNC_OTHER: 's' }), 'the control').to.throw(/^HOLDFAST_SYNC_OTHER: there is no such setting/);
  });

  it('has a name of its own for every key, and none that the package uses for something else', () => {
    const names = knownKeys().map(({ path }) => variableOf(path));
    const sections = knownKeys().filter(({ isSection }) => isSection).map(({ path }) => variableOf(path));
    const sources = ['lib', 'native', 'scripts', 'test', 'bench', 'bin'].flatMap((folder) => sourceFiles(folder, /\.(?:m?[jt]s|cjs|cc|h|sh)$/));
    const others = sources
      .filter(({ path }) => !path.endsWith('/environment.test.ts'))
      .flatMap(({ text }) => [...text.matchAll(/(?<![A-Z_])HOLDFAST_[A-Z0-9_]*[A-Z0-9]/g)].map(([name]) => name));

    expect(new Set(names).size).to.equal(names.length);
    expect(others).to.include.members(['HOLDFAST_HOME', 'HOLDFAST_TREE', 'HOLDFAST_DISABLE']);
    const clashing = others.filter((name) => sections.some((section) => `${name}_`.startsWith(`${section}_`)));
    expect(clashing.filter((name) => !names.includes(name))).to.deep.equal([]);
  });

  it('is passed on without settings to a program that is to have none', () => {
    const env = { PATH: '/bin', HOLDFAST_HOME: '/x', HOLDFAST_SYNC_REMOTE: 'r', HOLDFAST_SYNC_WHAT: 'w', HOLDFAST_PROJECTS: '[]' };

    expect(withoutSettings(env)).to.deep.equal({ PATH: '/bin', HOLDFAST_HOME: '/x' });
  });

  it('counts more than the file of a project, which counts more than that of the user', async () => {
    write({ save: { minIntervalSeconds: 1 }, activity: { indicators: ['user'] } });
    writeFileSync(scene().path('.holdfast.json'), JSON.stringify({ interval: 2, indicators: ['project'] }));
    const wanted = async (env: Env): Promise<unknown[]> => {
      const { minIntervalSeconds, indicators } = await openProject(scene().directory, load(env).config, env);
      return [minIntervalSeconds, indicators];
    };

    expect(await wanted({})).to.deep.equal([2, ['project']]);
    expect(await wanted({ HOLDFAST_SAVE_MIN_INTERVAL_SECONDS: '3' })).to.deep.equal([3, ['project']]);
    expect(await wanted({ HOLDFAST_ACTIVITY_INDICATORS: '["mine"]' })).to.deep.equal([2, ['mine']]);
  });

  type Said = Readonly<Record<'output' | 'errors', string>> & { readonly code: number | null };

  async function holdfast(words: readonly string[], env: Env): Promise<Said> {
    const argv = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...words, '--project', scene().directory];
    const started = scene().start(argv, { env: { ...process.env, HOLDFAST_HOME: home(), ...env } });
    const closed = new Promise((resolve) => started.child.once('close', resolve));
    const { code } = await started.ended();
    await closed;
    return { code, output: started.output, errors: started.errors };
  }

  it('is shown by `holdfast config` as what has set a key', async () => {
    const env = { HOLDFAST_SAVE_REDACT: 'false' };

    const shown = await holdfast(['config', 'show'], env);
    const asJson = JSON.parse((await holdfast(['config', 'show', '--json'], env)).output) as { settings: Readonly<Record<string, unknown>> };

    expect(shown.output).to.match(/^save\.redact +false +environment HOLDFAST_SAVE_REDACT$/m);
    expect(asJson.settings['save.redact']).to.deep.equal({ value: false, by: 'environment', variable: 'HOLDFAST_SAVE_REDACT' });
    expect((await holdfast(['config', 'check'], env)).output).to.match(/^\[OK\] HOLDFAST_SAVE_REDACT sets save\.redact$/m);
  });

  for (const words of [['config', 'check'], ['save', 'now'], ['recall']]) {
    it(`that is wrong ends \`${words.join(' ')}\` with exit code 78`, async () => {
      const { code, output, errors } = await holdfast(words, { HOLDFAST_SAVE_PROMPT: '\u001b[2J' });

      expect([code, output]).to.deep.equal([78, '']);
      expect(errors).to.match(/^holdfast: HOLDFAST_SAVE_PROMPT: expected one of "hash", "text", "none", got [^\u001b]+\n$/);
    });
  }
});
