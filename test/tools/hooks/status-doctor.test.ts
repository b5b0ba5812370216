// `holdfast hooks status` and `doctor`: what is installed, whether it works, and what keeps an agent from calling it.

import { expect } from 'chai';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AgentHome } from '../../support/agent-home.js';
import { documentedPayloads, payloadText } from '../../support/hook.js';
import { useScene } from '../../support/scene.js';

import { AGENTS, EVENT_NAMES, type Agent } from '#lib/tools/hooks/events.js';
import { aboutClaude } from '#lib/tools/hooks/settings/obstacles.js';
import { samplePayload } from '#lib/tools/hooks/settings/samples.js';

describe('hooks status and doctor', () => {
  const scene = useScene();
  let agents: AgentHome;

  beforeEach(() => {
    agents = new AgentHome(scene());
  });

  async function install(...named: readonly Agent[]): Promise<void> {
    const words = named.flatMap((agent) => ['--agent', agent]);
    expect((await agents.holdfast(['hooks', 'install', ...words])).code).to.equal(0);
  }

  async function states(...args: readonly string[]): Promise<{ code: number | null; states: unknown[] }> {
    const { code, listed } = await agents.holdfast(['hooks', 'status', '--json', ...args]);
    return { code, states: listed('agents').map(({ agent, state }) => `${String(agent)} ${String(state)}`) };
  }

  async function findings(level: string, ...args: readonly string[]): Promise<{ code: number | null; what: string[] }> {
    const { code, listed } = await agents.holdfast(['hooks', 'doctor', '--json', ...args]);
    return { code, what: listed('findings').filter((found) => found['level'] === level).map(({ what }) => String(what)) };
  }

  it('tells what is installed and what is not', async () => {
    await install('claude');

    expect(await states()).to.deep.equal({ code: 0, states: ['claude installed', 'codex missing', 'gemini missing', 'cursor missing'] });
    expect(await states('--agent', 'claude')).to.deep.equal({ code: 0, states: ['claude installed'] });
    expect(await states('--agent', 'codex')).to.deep.equal({ code: 1, states: ['codex missing'] });
  });

  it('tells that nothing is installed', async () => {
    expect((await states()).code).to.equal(1);
  });

  const DRIFTS: Readonly<Record<string, (home: AgentHome) => void>> = {
    'an event is missing': (home) => home.write('claude', (home.read('claude') ?? '').replace('"Stop"', '"Stopped"')),
    'a timeout was changed': (home) => home.write('claude', (home.read('claude') ?? '').replace('"timeout": 5', '"timeout": 50')),
    'the shim is gone': (home) => rmSync(home.shim),
    'the shim was changed': (home) => writeFileSync(home.shim, 'process.exit(2)'),
    'hook.json is gone': (home) => rmSync(join(dirname(home.shim), 'hook.json')),
  };
  for (const [what, change] of Object.entries(DRIFTS)) {
    it(`sees that ${what}, which installing again corrects`, async () => {
      await install('claude');
      change(agents);

      expect(await states('--agent', 'claude')).to.deep.equal({ code: 1, states: ['claude drifted'] });
      expect((await findings('ERROR', '--agent', 'claude')).code).to.equal(1);
      await install('claude');
      expect(await states('--agent', 'claude')).to.deep.equal({ code: 0, states: ['claude installed'] });
    });
  }

  it('feeds the hooks what the agents document', () => {
    for (const { agent, event } of documentedPayloads()) {
      expect(samplePayload(agent, event, 'CWD'), `${agent} ${event}`).to.deep.equal(JSON.parse(payloadText(agent, event)));
    }
  });

  it('calls every hook that is installed, and saves nothing by that', async () => {
    await install(...AGENTS);
    const { code, listed } = await agents.holdfast(['hooks', 'doctor', '--json']);

    expect(code).to.equal(0);
    const called = listed('findings').filter((found) => 'durationMs' in found).map(({ agent, what, level }) => `${String(level)} ${String(agent)} ${String(what)}`);
    expect(called).to.have.members(AGENTS.flatMap((agent) => Object.values(EVENT_NAMES[agent]).map((name) => `OK ${agent} ${name}`)));
    expect(readdirSync(join(agents.own, 'state'))).to.not.include('outbox');
  });

  it('sends nothing by that, whatever remote the environment names', async () => {
    await install('claude');
    const remote = scene().path('remote');
    mkdirSync(remote);
    const env = { HOLDFAST_SYNC_REMOTE: `file://${remote}` };

    expect((await agents.holdfast(['hooks', 'doctor', '--agent', 'claude'], env)).code).to.equal(0);

    expect(readdirSync(remote)).to.deep.equal([]);
    await agents.holdfast(['save', 'now'], env);
    await agents.holdfast(['sync'], env);
    expect(readdirSync(remote), 'the control').to.have.length(1);
  });

  const BAD: Readonly<Record<string, { readonly does: string; readonly said: RegExp }>> = {
    'that blocks': { does: `console.log('{}'); process.exit(2)`, said: /Stop: expected exit code 0, got 2/ },
    'that says too much': { does: `console.log('hello {}')`, said: /Stop: expected one JSON object, got "hello \{\}/ },
    'that says two objects': { does: `console.log('{}{}')`, said: /Stop: expected one JSON object/ },
    'that says nothing': { does: '', said: /Stop: expected one JSON object, got ""/ },
    'that decides': { does: `console.log('{"decision":"block"}')`, said: /Stop: expected an answer that blocks nothing/ },
  };
  for (const [what, { does, said }] of Object.entries(BAD)) {
    it(`finds a hook ${what}`, async () => {
      await install('codex');
      writeFileSync(agents.shim, does);
      const { code, what: errors } = await findings('ERROR', '--agent', 'codex');

      expect(code).to.equal(1);
      expect(errors.join('\n')).to.match(said);
    });
  }

  it('finds a Node that is gone, and one that a version manager may take away', async () => {
    await install('cursor');
    const file = join(dirname(agents.shim), 'hook.json');
    const managed = scene().path('.nvm/versions/node/v20/bin/node');
    mkdirSync(dirname(managed), { recursive: true });
    writeFileSync(managed, '');
    const told = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...told, node: managed }));
    expect((await findings('WARNING', '--agent', 'cursor')).what.join()).to.include('belongs to a version manager');

    rmSync(managed);
    expect((await findings('ERROR', '--agent', 'cursor')).what.join()).to.include('Node was removed or updated');
  });

  it('finds a configuration that is wrong', async () => {
    await install('cursor');
    writeFileSync(join(agents.own, 'config.json'), '{"hooks":{"budgetMs":"soon"}}', { mode: 0o600 });

    expect((await findings('ERROR', '--agent', 'cursor')).what.join()).to.include('hooks.budgetMs: expected integer');
  });

  it('finds what keeps the agents from calling hooks', async () => {
    agents.write('claude', '{"disableAllHooks":true}');
    agents.write('gemini', '{"hooksConfig":{"enabled":false}}');
    await install('claude', 'gemini', 'codex');
    writeFileSync(join(agents.home, '.codex', 'config.toml'), '[features]\nhooks = false\n');
    const { what } = await findings('ERROR');

    for (const said of [/disableAllHooks is on/, /hooksConfig\.enabled is false/, /hooks = false/]) expect(what.join('\n')).to.match(said);
  });

  it('finds hooks that an administrator has forbidden', () => {
    const managed = scene().path('managed-settings.json');
    writeFileSync(managed, '{"allowManagedHooksOnly":true}');

    expect(aboutClaude(agents.project, managed).map(({ what }) => what).join()).to.include('allowManagedHooksOnly is on');
  });

  it('says that Codex CLI wants to be told to trust', async () => {
    await install('codex');

    expect((await findings('WARNING')).what.join()).to.include('only after you have trusted it');
  });
});
