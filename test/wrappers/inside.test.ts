// Wrappers inside of a tree: the polite end of the tree reaches the program as often as a signal to the wrapper alone.

import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import type { Attempt } from './support/attempt.js';
import { expectAsUncontained } from './support/compare.js';
import { describeWrapped } from './support/project.js';
import { useStage } from './support/stage.js';

const GRACE_MS = 3000;

const WRAPPERS: readonly (readonly string[])[] = [
  ['node', 'app.cjs'],
  ['npm', 'start'],
  ['npm', 'run', 'chain'],
  ['nodemon', '--quiet', 'app.cjs'],
  ['concurrently', '--raw', 'node app.cjs', 'sleep 1000'],
  ['run-p', 'start'],
];

type Contain = (attempt: Attempt, argv: readonly string[]) => Promise<void>;

const ENDS: readonly { readonly name: string; readonly contain: Contain }[] = [
  { name: 'SIGTERM to `holdfast run`', contain: endFront },
  { name: 'terminate()', contain: terminate },
];

describeWrapped('a wrapper inside of a tree', () => {
  const stage = useStage();

  for (const argv of WRAPPERS) {
    for (const { name, contain } of ENDS) {
      it(`${argv.join(' ')}: ${name} is to the program as SIGTERM to the wrapper`, async () => {
        const control = stage().attempt();
        const wrapper = control.start(argv);
        await control.isUp(wrapper);
        const contained = stage().attempt();

        wrapper.kill('SIGTERM');
        await wrapper.ended();
        const expected = await control.story();
        await control.end();
        await contain(contained, argv);

        await contained.isGone();
        expectAsUncontained(await contained.story(), expected);
      });
    }
  }
});

async function endFront(attempt: Attempt, argv: readonly string[]): Promise<void> {
  const front = attempt.start(['holdfast', 'run', '--grace', `${GRACE_MS}ms`, '--', ...argv]);
  await attempt.isUp(front);
  front.kill('SIGTERM');
  await front.ended();
}

async function terminate(attempt: Attempt, [file = '', ...args]: readonly string[]): Promise<void> {
  const child = spawnContained(file, args, { cwd: attempt.directory, env: attempt.env, stdio: 'ignore' });
  const closed = once(child, 'close');
  await attempt.isUp();
  await child.tree.terminate({ grace: GRACE_MS });
  await closed;
}
