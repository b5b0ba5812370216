// The configuration: each kind of mistake names the path of the key, what was expected and what came.

import { expect } from 'chai';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { absolutePath, checkConfig, loadConfig } from '#lib/tools/config/config.js';
import { ToolFailure } from '#lib/tools/failure.js';

import { holdfast } from '../../support/command.js';
import { NEEDS_ROOT, itIf } from '../../support/mechanisms.js';
import { useScene } from '../../support/scene.js';
import { SOMEBODY_ELSE } from '../../support/users.js';

const MISTAKES: readonly (readonly [string, unknown, string])[] = [
  ['a type', { save: { redact: 'yes' } }, 'save.redact: expected boolean, got "yes"'],
  ['one of two types', { sync: { remote: 7 } }, 'sync.remote: expected string or null, got 7'],
  ['a fraction', { save: { maxFiles: 1.5 } }, 'save.maxFiles: expected integer, got 1.5'],
  ['too small a number', { schedule: { everySeconds: 1 } }, 'schedule.everySeconds: expected at least 60, got 1'],
  ['too large a number', { save: { budgetMs: 1e9 } }, 'save.budgetMs: expected at most 600000, got 1000000000'],
  ['a word that is none of those known', { save: { prompt: 'some' } }, 'save.prompt: expected one of "hash", "text", "none", got "some"'],
  ['another version', { version: 2 }, 'version: expected 1, got 2'],
  ['an entry of a list', { projects: ['/a', 7] }, 'projects.1: expected string, got 7'],
  ['an empty entry', { activity: { indicators: [''] } }, 'activity.indicators.0: expected text that is not empty, got ""'],
  ['a section that is none', { sync: [] }, 'sync: expected object, got []'],
  ['a section within a section', { sync: { backoff: { minMs: 0 } } }, 'sync.backoff.minMs: expected at least 1, got 0'],
  ['a whole that is no object', [], 'the whole: expected object, got []'],
];

const UNKNOWN: readonly (readonly [unknown, string])[] = [
  [{ sav: {} }, 'sav: there is no such key; did you mean save?'],
  [{ save: { maxfiles: 1 } }, 'save.maxfiles: there is no such key; did you mean save.maxFiles?'],
  [{ sync: { remoteUrl: 'x' } }, 'sync.remoteUrl: there is no such key; did you mean sync.remote?'],
  [{ somethingElse: 1 }, 'somethingElse: there is no such key'],
];

const BROKEN: readonly (readonly [string, string])[] = [
  ['', 'line 1, column 1: got the end of the text'],
  ['{\n  "save": {\n    "redact": true,\n  }\n}\n', 'line 4, column 3: got "}"'],
  ['{\n  // a comment\n}', 'line 2, column 3: got "/"'],
  ['{"a": 1 "b": 2}', 'line 1, column 9: got "\\""'],
  ["{'a': 1}", 'line 1, column 2: got "\'"'],
  ['{"a": [1, 2}', 'line 1, column 12: got "}"'],
  ['{"a": 01}', 'line 1, column 7: got "0"'],
  ['{"a": nul}', 'line 1, column 7: got "n"'],
  ['{"a": "no end}', 'line 1, column 7: got "\\""'],
  ['{"a": {}', 'line 1, column 9: got the end of the text'],
  ['{} {}', 'line 1, column 4: got "{"'],
];

describe('the configuration', () => {
  const scene = useScene();
  const home = (): string => scene().path('home');
  const write = (text: string): void => writeFileSync(join(home(), 'config.json'), text, { mode: 0o600 });

  beforeEach(() => {
    mkdirSync(home(), { mode: 0o700 });
  });

  for (const [what, value, said] of MISTAKES) {
    it(`names the path of ${what}: ${said}`, () => {
      expect(() => checkConfig(structuredClone(value), 'FILE')).to.throw(ToolFailure, `FILE: ${said}`).and.include({ exitCode: 78 });
    });
  }

  it('tells every mistake at once', () => {
    const two = { save: { redact: 1, maxFiles: -1 } };

    expect(() => checkConfig(two, 'FILE')).to.throw(/^FILE: save\.\w+: .*\nFILE: save\.\w+: .*$/);
  });

  for (const [value, said] of UNKNOWN) {
    it(`refuses an unknown key: ${said}`, () => {
      expect(() => checkConfig(structuredClone(value), 'FILE')).to.throw(ToolFailure).and.include({ exitCode: 78, message: `FILE: ${said}` });
    });
  }

  for (const [text, said] of BROKEN) {
    it(`says where ${JSON.stringify(text)} is not JSON: ${said}`, () => {
      expect(() => JSON.parse(text) as unknown, 'the control').to.throw(SyntaxError);
      write(text);

      expect(() => loadConfig(home())).to.throw(ToolFailure, `${home()}/config.json: expected JSON: ${said}`);
    });
  }

  it('shows nothing of a text that is no JSON, which may be secret', () => {
    write('{"sync": {"token": hunter22}}');

    expect(() => loadConfig(home())).to.throw(ToolFailure).with.property('message').that.does.not.include('hunter22');
  });

  it('has every default when there is none', () => {
    const { config, written } = loadConfig(home());

    expect(written).to.equal(undefined);
    expect(config).to.deep.equal(checkConfig({}, ''));
    expect(config.sync.remote).to.equal(null);
    expect(config.save).to.include({ redact: true, prompt: 'hash', transcriptTailBytes: 0 });
  });

  it('has to be there when it was named', () => {
    expect(() => loadConfig(home(), join(home(), 'other.json'))).to.throw(ToolFailure, /ENOENT/).and.include({ exitCode: 78 });
  });

  it('is refused when others may write it', () => {
    write('{}');
    chmodSync(join(home(), 'config.json'), 0o666);

    expect(() => loadConfig(home())).to.throw(ToolFailure, /expected a file that only user \d+ may write, got mode 0666 of user \d+/);
  });

  itIf(NEEDS_ROOT, 'is refused when it is of another user', () => {
    write('{}');
    chownSync(join(home(), 'config.json'), SOMEBODY_ELSE, SOMEBODY_ELSE);

    expect(() => loadConfig(home())).to.throw(ToolFailure, new RegExp(`got mode 0600 of user ${SOMEBODY_ELSE}`));
  });

  it('takes ~ for the home, and no relative path', () => {
    expect(absolutePath('/a', 'projects.0')).to.equal('/a');
    expect(absolutePath('~/a', 'projects.0')).to.match(/^\/.*\/a$/);
    expect(() => absolutePath('a', 'projects.0')).to.throw("projects.0: expected an absolute path or one below ~, got 'a'");
  });

  it('that is wrong ends a command with exit code 78, and each mistake on a line', async () => {
    write('{"save": {"redact": "yes", "prompt": "\\u001b[2J"}}');

    const { code, output, errors } = await holdfast(scene(), ['save', 'now'], home());

    expect([code, output]).to.deep.equal([78, '']);
    expect(errors.trim().split('\n')).to.have.length(2);
    expect(errors).to.not.include('\u001b');
  });
});
