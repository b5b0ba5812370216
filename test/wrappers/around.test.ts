// Supervisors around `holdfast run`: the program ends as cleanly, and is sent as many signals, as without it.

import { expect } from 'chai';

import { endProcesses } from '../support/scene.js';

import type { Started } from '../support/scene.js';
import type { Attempt, Story } from './support/attempt.js';
import { expectAsUncontained } from './support/compare.js';
import { describeWrapped } from './support/project.js';
import { useStage } from './support/stage.js';

interface Way {
  /** What it runs, given the words before `node app.cjs`. */
  readonly argv: (prefix: string) => readonly string[];
  readonly end: (supervisor: Started, attempt: Attempt) => Promise<void>;
}

interface Supervisor extends Way {
  readonly title: string;
}

const APP = 'node app.cjs';
const PREFIXES = { control: '', contained: 'holdfast run -- ' };
const COMPANION = 'sleep';

const nodemon = (prefix: string): string[] => ['nodemon', '--quiet', '--spawn', '--exec', `${prefix}${APP}`];
const concurrently = (prefix: string): string[] => ['concurrently', `${prefix}${APP}`, `exec ${COMPANION} 1000`];
// With -k a signal that ends both commands leads to a second round of signals, which meets whoever is still there then.
const killOthers = (prefix: string): string[] => ['concurrently', '-k', ...concurrently(prefix).slice(1)];

function signal(name: NodeJS.Signals): Way['end'] {
  return (supervisor) => {
    supervisor.kill(name);
    return Promise.resolve();
  };
}

/** `concurrently -k` ends the others when one of its commands has ended. */
async function endCompanion(_: Started, attempt: Attempt): Promise<void> {
  await endProcesses(() => attempt.named(COMPANION));
}

async function changeThenInterrupt(supervisor: Started, attempt: Attempt): Promise<void> {
  supervisor.kill('SIGHUP'); // as a changed file does
  await attempt.isUp(supervisor, 2);
  await attempt.firstLifeIsOver();
  supervisor.kill('SIGINT');
}

const SUPERVISORS: readonly Supervisor[] = [
  {
    title: 'timeout, whose signal goes to its child and to its group',
    argv: (prefix) => ['timeout', '2', ...`${prefix}${APP}`.split(' ')],
    end: () => Promise.resolve(),
  },
  { title: 'nodemon, by SIGINT', argv: nodemon, end: signal('SIGINT') },
  { title: 'nodemon, by SIGTERM', argv: nodemon, end: signal('SIGTERM') },
  { title: 'concurrently, by SIGINT', argv: concurrently, end: signal('SIGINT') },
  { title: 'concurrently, by SIGTERM', argv: concurrently, end: signal('SIGTERM') },
  { title: 'concurrently, by SIGHUP', argv: concurrently, end: signal('SIGHUP') },
  { title: 'concurrently -k, when another command has ended', argv: killOthers, end: endCompanion },
];

describeWrapped('a supervisor around `holdfast run`', () => {
  const stage = useStage();

  async function run({ argv, end }: Way, prefix: string): Promise<Attempt> {
    const attempt = stage().attempt();
    const supervisor = attempt.start(argv(prefix));
    await attempt.isUp(supervisor);
    await end(supervisor, attempt);
    await supervisor.ended();
    return attempt;
  }

  async function endsAsWithout(way: Way): Promise<{ readonly contained: Attempt; readonly expected: Story }> {
    const control = await run(way, PREFIXES.control);
    const expected = await control.story();
    await control.end();

    const contained = await run(way, PREFIXES.contained);

    await contained.isGone();
    expectAsUncontained(await contained.story(), expected);
    return { contained, expected };
  }

  for (const { title, ...way } of SUPERVISORS) {
    it(`${title}: the program ends as without it, and nothing is left`, async () => {
      await endsAsWithout(way);
    });
  }

  it('nodemon starts the program anew after its clean end, as without it, and nothing is left', async () => {
    const { contained, expected } = await endsAsWithout({ argv: nodemon, end: changeThenInterrupt });

    expect(expected, 'what the control was sent').to.deep.equal({ signals: ['SIGINT', 'SIGUSR2'], end: 'saved' });
    expect(contained.notes().filter((note) => note === 'saved'), 'clean ends').to.have.length(2);
  });
});
