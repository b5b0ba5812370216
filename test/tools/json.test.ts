// `--json`: whatever the command, one JSON object on one line, so that a reader needs nothing but JSON.parse().

import { expect } from 'chai';

import { AgentHome } from '../support/agent-home.js';
import { contain } from '../support/contained.js';
import { holdfast, type CommandRun } from '../support/command.js';
import { useScene } from '../support/scene.js';

function expectOneDocument({ output, document }: CommandRun, keys: readonly string[]): void {
  expect(output.match(/\n/g), output).to.have.length(1);
  expect(output).to.match(/^\{.*\}\n$/);
  expect(document()).to.include.keys(...keys);
}

describe('--json prints one document', () => {
  const scene = useScene();
  let agents: AgentHome;

  beforeEach(() => {
    agents = new AgentHome(scene());
  });

  const LINES: readonly (readonly [string, readonly string[], number?])[] = [
    ['ps', ['trees']],
    ['ps --all', ['trees']],
    ['tree', ['trees']],
    ['tree nobody', ['trees'], 1],
    ['cleanup', ['trees', 'suspects', 'litter']],
    ['cleanup --dry-run', ['trees', 'suspects', 'litter']],
    [`cleanup --explain ${process.pid}`, ['tests', 'tier', 'reason']],
    ['doctor', ['probes']],
    ['config show', ['settings']],
    ['config path', ['path']],
    ['config check', ['warnings']],
    ['hooks install --agent claude --agent codex --dry-run', ['agents']],
    ['hooks install --agent claude --agent codex', ['agents']],
    ['hooks remove', ['agents']],
    ['hooks remove --dry-run', ['agents']],
    ['hooks status', ['agents'], 1],
    ['hooks doctor', ['findings']],
    ['schedule print --backend systemd', ['backend', 'files']],
    ['schedule install --dry-run --backend systemd', ['backend', 'steps']],
    ['setup --agent claude --no-schedule --dry-run', ['plan', 'done']],
    ['setup --agent claude --no-schedule --yes', ['plan', 'done', 'findings']],
    ['save now', ['id', 'project']],
    ['save-check --project .', ['status', 'projects']],
    ['save-check --project . --dry-run --explain', ['status', 'projects']],
    ['save daemon status', ['running', 'pending'], 1],
    ['save daemon stop', ['stopped', 'running', 'survivors']],
    ['sync', ['status', 'sent', 'left']],
    ['sync --dry-run', ['remote', 'items']],
    ['sync status', ['outbox', 'sent', 'failed']],
    ['sync list', ['items']],
    ['sync export out', ['directory', 'items']],
  ];
  for (const [line, keys, code = 0] of LINES) {
    it(`for \`holdfast ${line} --json\``, async () => {
      const said = await agents.holdfast([...line.split(' '), '--json']);

      expect(said.code, said.errors).to.equal(code);
      expectOneDocument(said, keys);
    });
  }

  it('for what is done with a saved context', async () => {
    const saved = await agents.holdfast(['save', 'now', '-m', 'words\nin two lines', '--json']);
    const id = String(saved.document()['id']);

    expectOneDocument(await agents.holdfast(['recall', '--json']), ['id']);
    expectOneDocument(await agents.holdfast(['sync', 'list', '--json']), ['items']);
    for (const verb of ['show', 'requeue', 'drop']) expectOneDocument(await agents.holdfast(['sync', verb, id, '--yes', '--json']), ['id']);
  });

  it('for several trees, and for the end of one', async () => {
    for (const label of ['one', 'other']) await contain(scene().cast({ technique: 'plain' }), { label });

    const listed = await holdfast(scene(), ['ps', '--json']);
    const drawn = await holdfast(scene(), ['tree', '--json']);

    for (const run of [listed, drawn]) {
      expectOneDocument(run, ['trees']);
      expect(run.listed('trees').map(({ label }) => label)).to.include.members(['one', 'other']);
    }
    for (const word of ['one', 'other']) expectOneDocument(await holdfast(scene(), ['kill', word, '--json']), ['id', 'survivors']);
  });

  it('and none where the command line or the world is wrong', async () => {
    for (const line of ['ps extra', 'recall', 'kill nobody', 'config check --config nowhere', 'setup --agent claude --no-schedule']) {
      const { code, output, errors } = await agents.holdfast([...line.split(' '), '--json']);

      expect([code === 0, output], line).to.deep.equal([false, '']);
      expect(errors, line).to.match(/^holdfast: /);
    }
  });
});
