// What an agent is told of the last saved context, and when.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';

import { HookScene, answerOf } from '../../support/hook.js';
import { useScene } from '../../support/scene.js';

import type { Agent, HookEvent } from '#lib/tools/hooks/events.js';

interface Told {
  readonly agent?: Agent;
  readonly event: HookEvent;
  readonly session: string;
  readonly fields?: object;
}

describe('recall by a hook', () => {
  const scene = useScene();
  let place: HookScene;

  beforeEach(async () => {
    place = new HookScene(scene());
    place.configure({});
    await told({ event: 'stop', session: 'first', fields: { last_assistant_message: 'The parser is done.' } });
  });

  /** What the agent gets as context. */
  async function told({ agent = 'claude', event, session, fields = {} }: Told): Promise<string | undefined> {
    const documented = JSON.parse(place.payload(agent, event)) as object;
    const payload = { ...documented, session_id: session, ...fields };
    const run = await place.run([event, '--agent', agent], { pieces: [JSON.stringify(payload)] });
    expect({ code: run.code, errors: run.errors }).to.deep.equal({ code: 0, errors: '' });
    const output = answerOf(run)['hookSpecificOutput'] as { hookEventName: string; additionalContext: string } | undefined;
    return output?.additionalContext;
  }

  for (const agent of ['claude', 'codex', 'gemini'] as const) {
    it(`tells ${agent} when a session begins`, async () => {
      expect(await told({ agent, event: 'session-start', session: 'second' })).to.include('The parser is done.');
    });

    it(`tells ${agent} at the first prompt of a session that was told nothing, and at no other`, async () => {
      expect(await told({ agent, event: 'user-prompt-submit', session: 'second' })).to.include('The parser is done.');
      expect(await told({ agent, event: 'user-prompt-submit', session: 'second' })).to.equal(undefined);
    });
  }

  it('tells nothing at a prompt of a session that was told when it began', async () => {
    await told({ event: 'session-start', session: 'second' });

    expect(await told({ event: 'user-prompt-submit', session: 'second' })).to.equal(undefined);
  });

  it('tells two sessions that take turns once each', async () => {
    const turns = [];
    for (const session of ['a', 'b', 'a', 'b']) turns.push(await told({ event: 'user-prompt-submit', session }));

    expect(turns.map((context) => context !== undefined)).to.deep.equal([true, true, false, false]);
  });

  for (const [source, isTold] of [['resume', false], ['compact', true]] as const) {
    it(`tells a session ${isTold ? 'again' : 'nothing'} of what it has saved itself after ${source}`, async () => {
      const context = await told({ event: 'session-start', session: 'first', fields: { source } });

      expect(context !== undefined).to.equal(isTold);
    });
  }

  it('tells Cursor nothing, which does not take it, and so does not count it as told', async () => {
    const payload = place.payload('cursor', 'user-prompt-submit');
    const run = await place.run(['user-prompt-submit', '--agent', 'cursor'], { pieces: [payload] });

    expect(answerOf(run)).to.deep.equal({ continue: true });
  });

  it('tells nothing where the configuration does not want it', async () => {
    for (const hooks of [{ recall: false }, { recallMaxChars: 0 }]) {
      place.configure({ hooks });

      expect(await told({ event: 'session-start', session: 'second' })).to.equal(undefined);
    }
  });

  it('tells no more than hooks.recallMaxChars', async () => {
    place.configure({ hooks: { recallMaxChars: 40 } });

    expect(await told({ event: 'session-start', session: 'second' })).to.have.length(40);
  });

  it('takes secrets out of what is saved and told', async () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    await told({ event: 'stop', session: 'first', fields: { last_assistant_message: `The token is ${secret}.` } });
    const context = await told({ event: 'session-start', session: 'second' });

    expect(context).to.include('The token is [redacted]').and.not.include(secret);
    expect(JSON.stringify(place.saved())).to.not.include(secret);
  });

  it('tells the branch that git has told the hook before', async () => {
    place.configure({ save: { minIntervalSeconds: 0 } });
    const git = (...words: readonly string[]): void => void execFileSync('git', ['-C', place.project, ...words], { stdio: 'ignore' });
    git('init', '-b', 'work');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--allow-empty', '-m', 'begin');
    await told({ event: 'stop', session: 'first', fields: { last_assistant_message: 'Begun.' } });

    expect(await told({ event: 'session-start', session: 'second' })).to.include('Branch: work at ');
  });
});
