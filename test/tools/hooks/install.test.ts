// `holdfast hooks install` and `remove`: our hooks come and go, and everything else in the settings of an agent stays.

import { expect } from 'chai';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AgentHome } from '../../support/agent-home.js';
import { useScene } from '../../support/scene.js';

import { AGENTS, EVENT_NAMES, type Agent } from '#lib/tools/hooks/events.js';

const OTHERS = '{"type":"command","command":"say hi"}';

/** How settings may be written. */
const LAYOUTS: Readonly<Record<string, string | undefined>> = {
  'no file': undefined,
  'an empty object': '{}',
  'an empty object on two lines': '{\n}\n',
  'an empty object with blanks': ' { } \n\n',
  'two blanks': '{\n  "model": "m",\n  "env": {\n    "A": "1"\n  }\n}\n',
  tabs: '{\n\t"model": "m",\n\t"list": [1, 2,\t3]\n}',
  'four blanks, no newline at the end': '{\n    "model": "m"\n}',
  'lines of Windows': '{\r\n  "model": "m",\r\n  "hooks": {\r\n    "Other": []\r\n  }\r\n}\r\n',
  'one line': '{"model":"m","hooks":{"Other":[{"hooks":[' + OTHERS + ']}]}}',
  'one line with blanks': '{ "model": "m", "n": 1.50e+3 }\n',
  'empty hooks': '{\n  "hooks": {},\n  "model": "m"\n}\n',
  'empty lists of events': '{\n  "hooks": { "Stop": [], "stop": [] }\n}\n',
  'hooks of others': `{\n  "hooks": {\n    "Stop": [\n      { "matcher": "*", "hooks": [ ${OTHERS} ] }\n    ],\n    "stop": [ { "command": "say hi" } ]\n  },\n  "z": "\\u00e9\\/"\n}\n`,
  'keys twice and numbers as they were written': '{\n "a": 1, "a": 2,\n\n\n "10": 1E2, "9": -0.0\n}\n',
  'the version of Cursor': '{\n  "version": 1,\n  "hooks": {}\n}\n',
};

describe('hooks install and remove', () => {
  const scene = useScene();
  let agents: AgentHome;

  beforeEach(() => {
    agents = new AgentHome(scene());
  });

  async function done(...args: readonly string[]): Promise<string> {
    const { code, output, errors } = await agents.holdfast(['hooks', ...args]);
    expect({ code, errors }, args.join(' ')).to.deep.equal({ code: 0, errors: '' });
    return output;
  }

  const settings = (agent: Agent): { hooks: Record<string, object[]> } => JSON.parse(agents.read(agent) ?? '') as { hooks: Record<string, object[]> };

  for (const agent of AGENTS) {
    it(`puts a hook at every event of ${agent}, in its own form`, async () => {
      await done('install', '--agent', agent);

      const { hooks, ...rest } = settings(agent);
      expect(Object.keys(hooks)).to.have.members(Object.values(EVENT_NAMES[agent]));
      expect(rest).to.deep.equal(agent === 'cursor' ? { version: 1 } : {});
      const stop = hooks[EVENT_NAMES[agent].stop ?? ''];
      const shell = `${process.execPath} ${agents.shim} stop --agent ${agent}`;
      expect(stop).to.deep.equal(
        {
          claude: [{ hooks: [{ type: 'command', command: process.execPath, args: [agents.shim, 'stop', '--agent', agent], timeout: 5 }] }],
          codex: [{ hooks: [{ type: 'command', command: shell, timeout: 5 }] }],
          gemini: [{ hooks: [{ type: 'command', command: shell, name: 'holdfast stop', timeout: 5000 }] }],
          cursor: [{ command: shell, timeout: 5 }],
        }[agent],
      );
    });
  }

  for (const [layout, text] of Object.entries(LAYOUTS)) {
    it(`leaves the settings of every agent as they were, byte for byte, written as: ${layout}`, async () => {
      const all = AGENTS.flatMap((agent) => ['--agent', agent]);
      const texts = (): readonly (string | undefined)[] => AGENTS.map((agent) => agents.read(agent));
      if (text !== undefined) for (const agent of AGENTS) agents.write(agent, text);

      await done('install', ...all);
      const first = texts();
      await done('install', ...all);
      expect(texts(), 'installed twice').to.deep.equal(first);
      for (const installed of first) expect(installed).to.be.a('string').that.is.not.equal(text);
      await done('remove', ...all);
      expect(texts(), 'removed').to.deep.equal(AGENTS.map(() => text));
      await done('remove', ...all);
      expect(texts(), 'removed twice').to.deep.equal(AGENTS.map(() => text));
    });
  }

  it('keeps what others have put there between installation and removal', async () => {
    agents.write('claude', '{\n  "model": "m"\n}\n');
    await done('install', '--agent', 'claude');
    const text = agents.read('claude') ?? '';
    const changed = text.replace('"model": "m"', '"model":   "other"').replace('"Stop": [', `"Stop": [ { "hooks": [ ${OTHERS} ] },`);
    agents.write('claude', changed);
    await done('remove', '--agent', 'claude');

    expect(agents.read('claude')).to.equal(`{\n  "model":   "other",\n  "hooks": {\n    "Stop": [ { "hooks": [ ${OTHERS} ] }\n    ]\n  }\n}\n`);
  });

  it('takes out of a group of others nothing but its own', async () => {
    await done('install', '--agent', 'claude');
    const ours = JSON.stringify(settings('claude').hooks['Stop']?.[0]).replace('{"hooks":[', '').replace(/\]\}$/, '');
    agents.write('claude', `{"hooks":{"Stop":[{"matcher":"x","hooks":[${OTHERS},${ours}]}]}}`);
    await done('remove', '--agent', 'claude');

    expect(agents.read('claude')).to.equal(`{"hooks":{"Stop":[{"matcher":"x","hooks":[${OTHERS}]}]}}`);
  });

  it('is not confused by commands that only look like its own', async () => {
    const alike = [`timeout 3 node ${agents.shim} stop --agent cursor`, `node /other/hook.cjs stop --agent cursor`, `node ${agents.shim} stop --agent cursor && say hi`];
    const text = JSON.stringify({ version: 1, hooks: { stop: alike.map((command) => ({ command })) } });
    agents.write('cursor', text);
    await done('remove', '--agent', 'cursor');

    expect(agents.read('cursor')).to.equal(text);
  });

  it('corrects a hook that has been changed, and one that is not wanted any more', async () => {
    agents.write('codex', '{"a":1}');
    await done('install', '--agent', 'codex');
    const right = agents.read('codex') ?? '';
    agents.write('codex', right.replace('"timeout":5', '"timeout":600').replace('"PreCompact":', '"SubagentStop":'));
    await done('install', '--agent', 'codex');

    const sorted = (text: string): unknown => Object.entries((JSON.parse(text) as { hooks: object }).hooks).sort();
    expect(sorted(agents.read('codex') ?? '')).to.deep.equal(sorted(right));
  });

  it('keeps the file as it was before each change beside it', async () => {
    agents.write('gemini', '{"a":1}');
    await done('install', '--agent', 'gemini');
    const installed = agents.read('gemini');
    await done('install', '--agent', 'gemini');
    await done('remove', '--agent', 'gemini');

    expect(agents.backups('gemini').map((path) => readFileSync(path, 'utf8'))).to.deep.equal(['{"a":1}', installed]);
  });

  it('keeps the mode of the file, and a link to it', async () => {
    const real = scene().path('dotfiles.json');
    writeFileSync(real, '{}');
    chmodSync(real, 0o640);
    mkdirSync(dirname(agents.fileOf('claude')));
    symlinkSync(real, agents.fileOf('claude'));
    await done('install', '--agent', 'claude');

    expect(lstatSync(agents.fileOf('claude')).isSymbolicLink()).to.equal(true);
    expect(statSync(real).mode & 0o777).to.equal(0o640);
    expect(readFileSync(real, 'utf8')).to.include('hook.cjs');
  });

  const REFUSED: readonly { readonly what: string; readonly text: string; readonly said: RegExp }[] = [
    { what: 'a comment', text: '{\n  // mine\n  "a": 1\n}\n', said: /line 2, column 3: expected a key in double quotes, got a comment/ },
    { what: 'a comma too many', text: '{\n  "a": [1,\n    2,]\n}\n', said: /line 3, column 7: expected a value, got "]"/ },
    { what: 'half a file', text: '{"a": {', said: /line 1, column 8: expected a key in double quotes, got the end/ },
    { what: 'nothing', text: '', said: /line 1, column 1: expected a value, got the end/ },
    { what: 'a list', text: '[1]', said: /the whole: expected an object, got \[1\]/ },
    { what: 'hooks that are no object', text: '{"hooks": []}', said: /hooks: expected an object, got \[\]/ },
    { what: 'an event that is no list', text: '{"hooks": {"Stop": {}}}', said: /hooks\.Stop: expected an array, got \{\}/ },
    { what: 'a key without quotes', text: '{a: 1}', said: /line 1, column 2: expected a key/ },
    { what: 'a hundred thousand brackets', text: '['.repeat(100_000), said: /expected at most 128 levels/ },
  ];
  for (const { what, text, said } of REFUSED) {
    it(`refuses ${what} and leaves it as it is`, async () => {
      agents.write('claude', text);
      const { code, errors } = await agents.holdfast(['hooks', 'install', '--agent', 'codex', '--agent', 'claude']);

      expect(code).to.equal(65);
      expect(errors).to.match(said).and.include('settings.json').and.include('it was left as it is');
      expect(agents.read('claude')).to.equal(text);
      expect(agents.backups('claude')).to.deep.equal([]);
      expect(agents.read('codex'), 'the other agent of the same call').to.equal(undefined);
    });
  }

  it('refuses bytes that are no text, a directory and a link to nothing', async () => {
    agents.write('claude', '{}');
    writeFileSync(agents.fileOf('claude'), Buffer.from([0x7b, 0xff, 0x7d]));
    mkdirSync(agents.fileOf('codex'), { recursive: true });
    mkdirSync(dirname(agents.fileOf('gemini')));
    symlinkSync('/nonexistent/file', agents.fileOf('gemini'));
    for (const [agent, exitCode, said] of [['claude', 65, 'UTF-8'], ['codex', 65, 'regular file'], ['gemini', 73, 'ENOENT']] as const) {
      const { code, errors } = await agents.holdfast(['hooks', 'install', '--agent', agent]);

      expect({ code, said: errors.includes(said) }, errors).to.deep.equal({ code: exitCode, said: true });
    }
  });

  it('changes nothing with --dry-run', async () => {
    agents.write('claude', '{"a":1}');
    const output = await done('install', '--agent', 'claude', '--agent', 'codex', '--dry-run');

    expect(output).to.match(/claude: would change .*settings\.json/).and.match(/codex: would make .*hooks\.json/);
    expect(agents.read('claude')).to.equal('{"a":1}');
    expect(agents.read('codex')).to.equal(undefined);
    expect(existsSync(agents.shim)).to.equal(false);
  });

  it('writes the settings of a project and of one user in it', async () => {
    await done('install', '--agent', 'claude', '--scope', 'project');
    await done('install', '--agent', 'claude', '--scope', 'local');

    for (const name of ['settings.json', 'settings.local.json']) {
      expect(readFileSync(join(agents.project, '.claude', name), 'utf8')).to.include('hook.cjs');
    }
    expect(agents.read('claude')).to.equal(undefined);
  });

  it('goes where CLAUDE_CONFIG_DIR and CODEX_HOME say', async () => {
    const folder = scene().path('elsewhere');
    const env = { CLAUDE_CONFIG_DIR: folder, CODEX_HOME: folder };
    await agents.holdfast(['hooks', 'install', '--agent', 'claude', '--agent', 'codex'], env);

    for (const name of ['settings.json', 'hooks.json']) expect(existsSync(join(folder, name))).to.equal(true);
  });

  const MISUSE: readonly (readonly string[])[] = [
    ['hooks'],
    ['hooks', 'no-such-word'],
    ['hooks', 'install'],
    ['hooks', 'install', '--agent', 'no-such-agent'],
    ['hooks', 'install', '--agent', 'claude', '--scope', 'world'],
    ['hooks', 'install', '--agent', 'codex', '--scope', 'local'],
    ['hooks', 'status', 'word'],
  ];
  for (const args of MISUSE) {
    it(`answers \`${args.join(' ')}\` with exit code 64`, async () => {
      const { code, errors } = await agents.holdfast(args);

      expect(code).to.equal(64);
      expect(errors).to.include('expect');
    });
  }
});
