// What starts `holdfast run` for a user comes to an end of its own, with or without its children: nothing is left of
// the tree, whichever it is. Without `holdfast run` something is.

import { expect } from 'chai';
import { writeFileSync } from 'node:fs';

import { eventually } from '../support/eventually.js';
import { itIf } from '../support/mechanisms.js';
import { isAlive } from '../support/proc.js';
import { whyNoTmux } from '../support/tmux.js';

import type { ProcessIdentity } from '../support/proc.js';
import type { Started } from '../support/scene.js';
import type { Attempt } from './support/attempt.js';
import { describeWrapped } from './support/project.js';
import { useStage } from './support/stage.js';

/** Of tree.cjs. */
const SLEEPERS = 4;

const HELD = ['holdfast', 'run', '--', 'node', 'tree.cjs'];

const WRAPPERS: readonly { readonly control: readonly string[]; readonly contained: readonly string[] }[] = [
  { contained: ['npx', ...HELD], control: ['npx', 'my-tree'] },
  { contained: ['npm', 'run', 'held-tree'], control: ['npm', 'run', 'tree'] },
  { contained: ['pnpm', 'exec', ...HELD], control: ['pnpm', 'exec', 'my-tree'] },
  { contained: ['pnpm', 'run', 'held-tree'], control: ['pnpm', 'run', 'tree'] },
  { contained: ['yarn', 'run', 'held-tree'], control: ['yarn', 'run', 'tree'] },
];

const TO_ITSELF = (name: NodeJS.Signals) => (wrapper: Started) => {
  wrapper.kill(name);
};

const ENDS: readonly { readonly title: string; readonly end: (wrapper: Started) => void }[] = [
  { title: 'SIGTERM to it alone', end: TO_ITSELF('SIGTERM') },
  { title: 'SIGKILL of it alone', end: TO_ITSELF('SIGKILL') },
  { title: 'SIGHUP to it alone', end: TO_ITSELF('SIGHUP') },
  { title: 'SIGINT to its group', end: interruptGroup },
];

describeWrapped('a wrapper below which `holdfast run` stands', () => {
  const stage = useStage();

  for (const { contained, control } of WRAPPERS) {
    for (const { title, end } of ENDS) {
      it(`${contained.join(' ')}: nothing is left after ${title}`, async () => {
        const run = async (argv: readonly string[]): Promise<[Attempt, readonly ProcessIdentity[]]> => {
          const attempt = stage().attempt();
          const wrapper = attempt.start(argv, { detached: true });
          await attempt.isUp(wrapper);
          const sleepers = await backgroundOf(attempt);
          end(wrapper);
          await wrapper.ended();
          return [attempt, sleepers];
        };
        const [uncontained, left] = await run(control);
        expectLeft(left);
        await uncontained.end();

        const [attempt] = await run(contained);

        await attempt.isGone();
      });
    }

    itIf(whyNoTmux(), `${contained.join(' ')}: nothing is left after Ctrl-C`, async () => {
      const terminal = await stage().openTerminal();
      const prompts = { control: /\^C[^]*ready\$/, contained: /\^C[^]*ready\$[^]*\^C[^]*ready\$/ };
      const run = async (argv: readonly string[], prompt: RegExp): Promise<[Attempt, readonly ProcessIdentity[]]> => {
        const attempt = stage().attempt();
        writeFileSync(`${stage().directory}/environment`, exportsOf(attempt.env));
        terminal.type(`cd ${stage().directory}; . ./environment; ${argv.join(' ')}`);
        await attempt.isUp();
        const sleepers = await backgroundOf(attempt);
        terminal.press('C-c');
        await terminal.shows(prompt);
        return [attempt, sleepers];
      };
      const [uncontained, left] = await run(control, prompts.control);
      expectLeft(left);
      await uncontained.end();

      const [attempt] = await run(contained, prompts.contained);

      await attempt.isGone();
    });
  }
});

async function backgroundOf(attempt: Attempt): Promise<readonly ProcessIdentity[]> {
  return eventually('the programs in the background are up', () => {
    const sleepers = attempt.named('sleep');
    return sleepers.length === SLEEPERS ? sleepers : undefined;
  });
}

function expectLeft(sleepers: readonly ProcessIdentity[]): void {
  expect(sleepers.filter(isAlive), 'the control leaves them behind').to.have.length(SLEEPERS);
}

/** What Ctrl-C is to a group, for a wrapper that leads one. */
function interruptGroup(wrapper: Started): void {
  if (!isAlive(wrapper.identity)) throw new Error('the wrapper has ended already');
  process.kill(-wrapper.identity.pid, 'SIGINT');
}

function exportsOf(environment: NodeJS.ProcessEnv): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const names = Object.keys(environment).filter((name) => /^[A-Za-z_]\w*$/.test(name) && name !== 'PS1');
  return names.map((name) => `export ${name}=${quoted(environment[name] ?? '')}\n`).join('');
}
