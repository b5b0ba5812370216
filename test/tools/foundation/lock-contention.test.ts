// acquireLock() among many: an oracle of its own, a directory that one alone can make, tells whether two were in.

import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { eventually } from '../../support/eventually.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene, type Started } from '../../support/scene.js';
import { amountOf } from '../../support/thorough.js';

const TIMES = 5;
const AT_ONCE = 40;
const CONTENDERS = amountOf({ usually: AT_ONCE, thoroughly: 1000 });

/** Says when it can begin, and begins when its input ends. Without the lock it stays in until SIGUSR2. */
const CONTENDER = `
const fs = require('node:fs');
const { once } = require('node:events');
const { acquireLock } = require(process.argv[1]);
const [, , lock, inside, log, how] = process.argv;

async function enter() {
  const held = how === 'locked' ? await acquireLock(lock, { waitMs: 300000 }) : { release() {} };
  const asked = how === 'unlocked' && once(process, 'SIGUSR2'); // heard before anybody can know that it is in
  let isAlone = true;
  try { fs.mkdirSync(inside); } catch (error) { if (error.code !== 'EEXIST') throw error; isAlone = false; }
  fs.appendFileSync(log, isAlone ? 'alone\\n' : 'NOT ALONE\\n');
  await asked;
  if (isAlone) fs.rmdirSync(inside);
  held.release();
}

console.log('ready');
setInterval(() => undefined, 1000);
process.stdin.resume().once('end', async () => {
  for (let time = 0; time < (how === 'locked' ? ${TIMES} : 1); time += 1) await enter();
  process.exit();
});
`;

describe('acquireLock() among many processes', () => {
  const scene = useScene();
  const log = (): string[] => readFileSync(scene().path('log'), 'utf8').split('\n').slice(0, -1);

  beforeEach(() => {
    mkdirSync(scene().path('private'), { mode: 0o700 });
    writeFileSync(scene().path('log'), '');
  });

  async function contenders(many: number, how: 'locked' | 'unlocked'): Promise<readonly Started[]> {
    const tools = join(PROJECT_ROOT, 'dist', 'tools-api.js');
    const paths = [scene().path('private/the.lock'), scene().path('inside'), scene().path('log')];
    const argv = [execPath, '-e', CONTENDER, tools, ...paths, how];
    const all = Array.from({ length: many }, () => scene().start(argv, { stdio: ['pipe', 'pipe', 'pipe'] }));
    for (const one of all) await eventually('it can begin', () => one.output === 'ready\n');
    for (const one of all) one.child.stdin?.end();
    return all;
  }

  it(`lets one in at a time, of ${CONTENDERS} that want ${TIMES} times`, async () => {
    for (let done = 0; done < CONTENDERS; done += AT_ONCE) {
      for (const one of await contenders(AT_ONCE, 'locked')) {
        expect(await one.ended(), one.errors).to.deep.equal({ code: 0, signal: null });
      }
    }

    expect(log()).to.have.length(CONTENDERS * TIMES);
    expect(new Set(log())).to.deep.equal(new Set(['alone']));
  });

  it('is what keeps the second out: without it there are two, which is the control', async () => {
    const two = await contenders(2, 'unlocked');
    await eventually('both are in', () => log().length === 2);

    expect(log().sort()).to.deep.equal(['NOT ALONE', 'alone']);
    for (const one of two) one.kill('SIGUSR2');
    for (const one of two) expect(await one.ended(), one.errors).to.deep.equal({ code: 0, signal: null });
  });
});
