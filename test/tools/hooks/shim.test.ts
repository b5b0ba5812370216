// The program that agents call: its text stays the same, and whatever became of holdfast it answers and ends with 0.

import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AgentHome } from '../../support/agent-home.js';
import { useScene } from '../../support/scene.js';

import { samplePayload } from '#lib/tools/hooks/settings/samples.js';
import { SHIM } from '#lib/tools/hooks/settings/shim.js';

/** Who changes this has every user of Codex CLI asked for trust again. */
const DIGEST = '4f00a4d15d431c4eb5a8046116c1b82fe1e2f8a7a84a8b4557524d505053ca36';

describe('the program that agents call', () => {
  const scene = useScene();
  let agents: AgentHome;

  beforeEach(async () => {
    agents = new AgentHome(scene());
    await agents.holdfast(['hooks', 'install', '--agent', 'claude']);
  });

  const current = (): string => join(dirname(agents.shim), 'hook.json');

  async function call(agent: string): Promise<{ code: number | null; output: string; errors: string }> {
    const payload = JSON.stringify(samplePayload('claude', 'stop', agents.project));
    const { code, output, errors } = await agents.run([process.execPath, agents.shim, 'stop', '--agent', agent], payload, { HOLDFAST_HOME: undefined });
    return { code, output, errors };
  }

  it('has the text that it has always had', () => {
    expect(createHash('sha256').update(SHIM).digest('hex')).to.equal(DIGEST);
    expect(readFileSync(agents.shim, 'utf8')).to.equal(SHIM);
  });

  it('saves where holdfast was at home when it was installed', async () => {
    expect(await call('claude')).to.deep.equal({ code: 0, output: '{}\n', errors: '' });
    expect(existsSync(join(agents.own, 'state', 'outbox'))).to.equal(true);
  });

  const BROKEN: Readonly<Record<string, (file: string) => void>> = {
    'is not there': (file) => rmSync(file),
    'is no JSON': (file) => writeFileSync(file, '{'),
    'names a program that is gone': (file) => writeFileSync(file, JSON.stringify({ program: '/nonexistent/run-hook.js', env: {} })),
    'names a program that cannot be understood': (file) => {
      writeFileSync(`${file}.cjs`, 'this is no program');
      writeFileSync(file, JSON.stringify({ program: `${file}.cjs`, env: {} }));
    },
    'names a program of another kind': (file) => {
      writeFileSync(`${file}.cjs`, 'exports.another = 1;');
      writeFileSync(file, JSON.stringify({ program: `${file}.cjs` }));
    },
    'names a program that fails': (file) => {
      writeFileSync(`${file}.cjs`, 'exports.runHook = () => Promise.reject(new Error("no"));');
      writeFileSync(file, JSON.stringify({ program: `${file}.cjs` }));
    },
  };
  for (const [what, spoil] of Object.entries(BROKEN)) {
    it(`answers that nothing is to be done when hook.json ${what}`, async () => {
      spoil(current());

      expect(await call('claude')).to.deep.equal({ code: 0, output: '{}\n', errors: '' });
      expect(await call('cursor')).to.deep.equal({ code: 0, output: '{"continue":true}\n', errors: '' });
    });
  }

  it('keeps a Node that is still there, and takes another for one that is gone', async () => {
    const nodeIn = (): string => (JSON.parse(readFileSync(current(), 'utf8')) as { node: string }).node;
    const told = JSON.parse(readFileSync(current(), 'utf8')) as object;
    const other = scene().path('node');
    writeFileSync(other, '');
    writeFileSync(current(), JSON.stringify({ ...told, node: other }));
    await agents.holdfast(['hooks', 'install', '--agent', 'claude']);
    expect(nodeIn()).to.equal(other);

    rmSync(other);
    await agents.holdfast(['hooks', 'install', '--agent', 'claude']);
    expect(nodeIn()).to.equal(process.execPath);
    expect(agents.read('claude')).to.include(process.execPath).and.not.include(other);
  });
});
