// What a hook makes of the documented payload of every event of every agent.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { HookScene, answerOf, documentedPayloads } from '../../support/hook.js';
import { useScene } from '../../support/scene.js';

import { AGENTS, EVENT_NAMES } from '#lib/tools/hooks/events.js';

describe('a hook', () => {
  const scene = useScene();
  let place: HookScene;

  beforeEach(() => {
    place = new HookScene(scene());
    place.configure({});
  });

  it('has a documented payload for every event of every agent', () => {
    const known = AGENTS.flatMap((agent) => Object.keys(EVENT_NAMES[agent]).map((event) => `${agent} ${event}`));

    expect(documentedPayloads().map(({ agent, event }) => `${agent} ${event}`)).to.have.members(known);
  });

  for (const { agent, event } of documentedPayloads()) {
    it(`answers ${event} of ${agent} with exit code 0 and nothing that blocks, and saves what there is`, async () => {
      const { code, output, errors } = await place.run([event, '--agent', agent], { pieces: [place.payload(agent, event)] });

      expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
      expect(output).to.equal(agent === 'cursor' ? '{"continue":true}\n' : '{}\n');
      const expected = { trigger: event, agent: { name: agent, event: EVENT_NAMES[agent][event] } };
      const saved = place.saved().map((record) => ({ trigger: record.trigger, agent: record.agent }));
      expect(saved).to.deep.equal(event === 'session-start' ? [] : [expected]);
    });
  }

  for (const agent of AGENTS) {
    it(`tells by itself that ${agent} has called it`, async () => {
      const env = agent === 'claude' ? { CLAUDECODE: '1' } : {};
      await place.run(['user-prompt-submit'], { pieces: [place.payload(agent, 'user-prompt-submit')] }, env);

      expect(place.saved()[0]?.agent?.name).to.equal(agent);
    });
  }

  it('keeps the digest of a prompt and not its text', async () => {
    await place.run(['user-prompt-submit'], { pieces: [place.payload('claude', 'user-prompt-submit')] });

    const sha256 = createHash('sha256').update('Make the tests pass').digest('hex');
    expect(place.saved()[0]?.prompt).to.deep.equal({ sha256, bytes: 19, text: null });
  });

  it('keeps the text of a prompt, or nothing of it, when the configuration says so', async () => {
    for (const [prompt, text] of [['text', 'Make the tests pass'], ['none', undefined]] as const) {
      place.configure({ save: { prompt } });
      await place.run(['user-prompt-submit'], { pieces: [place.payload('claude', 'user-prompt-submit')] });

      expect(place.saved().at(-1)?.prompt?.text).to.equal(text);
    }
  });

  it('names the subject of the task that is complete', async () => {
    await place.run(['task-complete'], { pieces: [place.payload('claude', 'task-complete')] });

    expect(place.saved()[0]?.task).to.deep.equal({ id: '7', subject: 'Make the tests pass' });
  });

  it('ignores what is about a part of the session with an agent of its own', async () => {
    const payload = JSON.stringify({ ...(JSON.parse(place.payload('claude', 'stop')) as object), agent_id: 'a-1' });
    const run = await place.run(['stop', '--agent', 'claude'], { pieces: [payload] });

    expect(answerOf(run)).to.deep.equal({});
    expect(place.saved()).to.deep.equal([]);
  });

  it('saves the same state once', async () => {
    for (let turn = 0; turn < 2; turn += 1) await place.run(['stop'], { pieces: [place.payload('codex', 'stop')] });

    expect(place.saved()).to.have.length(1);
  });

  it('takes the project of the directory in which the agent works', async () => {
    const below = join(place.project, 'src');
    execFileSync('git', ['init', '--quiet', place.project]);
    mkdirSync(below);
    const payload = { ...(JSON.parse(place.payload('claude', 'stop')) as object), cwd: below };
    await place.run(['stop'], { pieces: [JSON.stringify(payload)] });

    expect(place.saved()[0]?.project).to.include({ name: 'project', root: place.project });
  });
});
