// pm2 around `holdfast run`: each attempt has a daemon of its own, which ends with it.

import type { Attempt } from './support/attempt.js';
import { expectAsUncontained } from './support/compare.js';
import { describeWrapped } from './support/project.js';
import { useStage } from './support/stage.js';

/** By one process to a whole tree, the deepest first; or to the one that it has started. */
const KILLS = [
  { title: 'the tree', options: [] },
  { title: 'the process alone', options: ['--no-treekill'] },
];

describeWrapped('pm2 around `holdfast run`', () => {
  const stage = useStage();

  for (const { title, options } of KILLS) {
    for (const word of ['stop', 'delete']) {
      it(`${word}, which signals ${title}: the program ends as without it, and nothing is left`, async () => {
        const run = async (command: string): Promise<Attempt> => {
          const attempt = stage().attempt();
          await pm2(attempt, ['start', command, '--name', 'wrapped', ...options]);
          await attempt.isUp();
          await pm2(attempt, [word, 'wrapped']);
          return attempt;
        };
        const control = await run('node app.cjs');
        const expected = await control.story();
        await pm2(control, ['kill']);
        await control.end();

        const contained = await run('holdfast run -- node app.cjs');
        const story = await contained.story();
        await pm2(contained, ['kill']);

        await contained.isGone();
        expectAsUncontained(story, expected);
      });
    }
  }
});

async function pm2(attempt: Attempt, words: readonly string[]): Promise<void> {
  const command = attempt.start(['pm2', ...words]);
  const { code } = await command.ended();
  if (code !== 0) throw new Error(`pm2 ${words.join(' ')}: ${command.errors}${command.output}`);
}
