// `holdfast config`: the settings that count, who has set them, and what is wrong with them.

import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkConfig } from '#lib/tools/config/config.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { useScene } from '../../support/scene.js';

describe('holdfast config', () => {
  const scene = useScene();
  const home = (): string => scene().path('home');
  const project = (): string => scene().path('project');
  const config = async (...args: string[]): Promise<CommandRun> => holdfast(scene(), ['config', ...args, '--project', project()], home());
  const write = (text: string): void => writeFileSync(join(home(), 'config.json'), text, { mode: 0o600 });

  beforeEach(() => {
    mkdirSync(home(), { mode: 0o700 });
    mkdirSync(project());
  });

  it('shows the default of every setting where nobody has set any', async () => {
    const said = await config('show');

    expect(said).to.include({ code: 0, errors: '' });
    const lines = said.output.trim().split('\n');
    expect(lines.map((line) => line.split(/ +/).at(-1))).to.satisfy((by: string[]) => by.every((one) => one === 'default'));
    expect(lines.map((line) => line.split(/ +/)[0])).to.include.members(['version', 'projects', 'sync.backoff.maxMs']);
  });

  it('tells who has set what, the user or the project', async () => {
    write('{"save": {"redact": false}, "sync": {"remote": null}}');
    writeFileSync(join(project(), '.holdfast.json'), '{"indicators": ["a"], "interval": 7}');

    const { settings = {} } = (await config('show', '--json')).document() as { settings?: Record<string, unknown> };

    expect(settings).to.deep.include({
      'save.redact': { value: false, by: 'user' },
      'sync.remote': { value: null, by: 'user' },
      'save.minIntervalSeconds': { value: 7, by: 'project' },
      'activity.indicators': { value: ['a'], by: 'project' },
      'save.maxFiles': { value: checkConfig({}, '').save.maxFiles, by: 'default' },
    });
  });

  it('tells where the file would be, also when it is wrong', async () => {
    write('{');

    expect(await config('path')).to.include({ code: 0, output: `${home()}/config.json\n`, errors: '' });
    expect((await config('path', '--json')).document()).to.deep.equal({ path: `${home()}/config.json` });
    expect((await config('show')).code, 'the control').to.equal(78);
  });

  it('finds a file that is right, and one that is not there', async () => {
    const none = await config('check');
    write('{"version": 1}');
    const right = await config('check');

    expect(none.output).to.equal(`[OK] ${home()}/config.json is not there: every setting has its default\n`);
    expect([right.code, right.output]).to.deep.equal([0, `[OK] ${home()}/config.json\n`]);
  });

  it('finds what is wrong, with the nearest key', async () => {
    write('{"save": {"redct": true, "maxFiles": "many"}}');

    const { code, output, errors } = await config('check');

    expect([code, output]).to.deep.equal([78, '']);
    expect(errors).to.include('save.redct: there is no such key; did you mean save.redact?');
    expect(errors).to.include('save.maxFiles: expected integer, got "many"');
  });

  it('warns of what a project may not set', async () => {
    writeFileSync(join(project(), '.holdfast.json'), '{"sync": {"remote": "https://evil.example"}, "\\u001b[2J": 1}');

    const { code, output } = await config('check');

    expect(code).to.equal(0);
    expect(output).to.match(/^\[WARNING\] \.holdfast\.json: sync: a project may not set this$/m);
    expect(output).to.not.include('\u001b');
  });

  it('refuses what is no part of it', async () => {
    for (const words of [[], ['shew'], ['show', 'path']]) {
      const { code, errors } = await config(...words);

      expect(code, words.join(' ')).to.equal(64);
      expect(errors).to.match(/config expects .*show, path,? ?(?:or )?check/);
    }
  });
});
