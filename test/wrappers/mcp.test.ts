// The README's use: an MCP client of the official SDK starts its server through npx and `holdfast run`. Whatever ends
// the client, or its connection, nothing is left. The server keeps something open, so that without holdfast it stays.

import { expect } from 'chai';
import { env } from 'node:process';

import { eventually } from '../support/eventually.js';
import { isAlive } from '../support/proc.js';

import type { Started } from '../support/scene.js';
import type { Attempt } from './support/attempt.js';
import { describeWrapped } from './support/project.js';
import { useStage } from './support/stage.js';

/** An end that leaves something behind one time in ten is found more often than not. */
const ROUNDS = Number(env['HOLDFAST_WRAPPERS_ROUNDS'] ?? 10);
const SERVER = ['npx', 'my-server'];

const WAYS: readonly (readonly string[])[] = [
  ['npx', 'holdfast', 'run', '--owner', 'stdin', '--'],
  ['npx', 'holdfast', 'run', '--'],
];

const ENDS: readonly { readonly title: string; readonly end: (client: Started) => void }[] = [
  { title: 'client.close()', end: ({ child }) => child.stdin?.write('close\n') },
  { title: 'SIGTERM to the client', end: (client) => client.kill('SIGTERM') },
  { title: 'SIGKILL of the client', end: (client) => client.kill('SIGKILL') },
];

describeWrapped('an MCP client whose server is held', () => {
  const stage = useStage();

  async function converse(argv: readonly string[], end: (client: Started) => void): Promise<Attempt> {
    const attempt = stage().attempt();
    const client = attempt.start(['node', 'client.mjs', ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
    await attempt.isUp(client);
    await eventually('the server has answered', () => {
      if (!isAlive(client.identity)) throw new Error(`the client could not connect: ${client.errors}`);
      return /^answered \d+$/m.test(client.output);
    });
    end(client);
    await client.ended();
    return attempt;
  }

  for (const { title, end } of ENDS) {
    it(`${SERVER.join(' ')}, the control: the server stays after ${title}`, async () => {
      const attempt = await converse(SERVER, end);

      expect(attempt.named('node'), 'servers left').to.have.length(1);
    });
  }

  for (const way of WAYS) {
    for (const { title, end } of ENDS) {
      it(`${[...way, ...SERVER].join(' ')}: nothing is left after ${title}, ${ROUNDS} times`, async () => {
        for (let round = 1; round <= ROUNDS; round += 1) {
          const attempt = await converse([...way, ...SERVER], end);

          await attempt.isGone();
        }
      });
    }
  }
});
