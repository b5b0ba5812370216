// Saves at the same moment: one record of one state, nothing dropped that one of them says anew, and nobody who waits
// for long.

import { expect } from 'chai';
import { join } from 'node:path';

import { acquireLock } from '#lib/tools/lock.js';
import { saveContext } from '#lib/tools/save/save-context.js';

import { holdfast } from '../../support/command.js';
import { HookScene, answerOf, type HookRun } from '../../support/hook.js';
import { useScene } from '../../support/scene.js';
import { shelves, workplaceIn } from '../sync/workplace.js';

const STARTED = 12;

describe('saves at the same moment', () => {
  const scene = useScene();
  let place: HookScene;

  beforeEach(() => {
    place = new HookScene(scene());
    place.configure({});
  });

  async function together<Run>(run: () => Promise<Run>): Promise<Run[]> {
    return Promise.all(Array.from({ length: STARTED }, run));
  }

  it(`leave one record when ${STARTED} save the same, and one of them says that it has saved`, async () => {
    const words = ['save', 'now', '-m', 'x', '--project', place.project];

    const runs = await together(async () => holdfast(scene(), words, place.home));

    expect(runs.map(({ code, errors }) => `${code} ${errors}`)).to.deep.equal(Array<string>(STARTED).fill('0 '));
    expect(runs.filter(({ output }) => output.includes(' saved '))).to.have.length(1);
    expect(place.saved()).to.have.length(1);
  });

  it(`leave one record when ${STARTED} hooks tell the same`, async () => {
    const input = { pieces: [place.payload('codex', 'stop')] };

    const runs = await together(async () => place.run(['stop', '--agent', 'codex'], input));

    expect(runs.map(answerOf)).to.deep.equal(Array<object>(STARTED).fill({}));
    expect(place.saved()).to.have.length(1);
  });

  it('keep what each of them says anew', async () => {
    const events = ['task-complete', 'stop', 'user-prompt-submit'] as const;
    const tell = async (event: (typeof events)[number]): Promise<HookRun> =>
      place.run([event, '--agent', 'claude'], { pieces: [place.payload('claude', event)] });

    await Promise.all(events.map(tell));

    const last = workplaceIn(scene(), {}).store.latestOf(place.project);
    expect(last?.task?.subject).to.equal('Make the tests pass');
    expect(last?.summary.source).to.equal('last_assistant_message');
    expect(last?.prompt?.bytes).to.equal(19);
    expect(place.saved()).to.have.length(events.length);
  });

  it('do not wait for ever for one that is stopped: the context is saved beside it, which is said', async () => {
    const workplace = workplaceIn(scene(), {});
    const lock = await acquireLock(join(workplace.directories.state, 'store.lock'));

    const { outcome, warnings } = await saveContext(workplace, { root: place.project, trigger: 'manual', storeWaitMs: 30 });
    lock?.release();

    expect(outcome).to.equal('saved');
    expect(warnings).to.deep.equal(['the store was held for more than 30 ms: saved beside whoever holds it']);
    expect(shelves(workplace).outbox).to.have.length(1);
  });

  it('do not keep a hook, which saves beside the one that is stopped and says so in the log', async () => {
    const lock = await acquireLock(join(place.home, 'state', 'store.lock'));

    const run = await place.run(['session-end', '--agent', 'claude'], { pieces: [place.payload('claude', 'session-end')] });
    lock?.release();

    expect([run.code, answerOf(run)]).to.deep.equal([0, {}]);
    expect(place.saved()).to.have.length(1);
    expect(place.log()).to.include('[WARNING] hook').and.include('the store was held for more than 500 ms');
  });
});
