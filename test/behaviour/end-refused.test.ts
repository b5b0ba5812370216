// holdfast terminate and holdfast kill where they end nothing, or not everything: nobody is ended who was not meant,
// and the exit code and the words say why.

import { expect } from 'chai';
import { existsSync } from 'node:fs';

import { holdfast, type CommandRun } from '../support/command.js';
import { contain } from '../support/contained.js';
import { FalseGuard } from '../support/false-guard.js';
import { identityOf, isAlive } from '../support/proc.js';
import { SOME_ID, makeHome, recordText, writeRecord } from '../support/records.js';
import { useScene } from '../support/scene.js';

describe('the end of a tree', () => {
  const scene = useScene();

  /** With the records of a home of its own. */
  async function end(words: readonly string[], home = scene().path('home')): Promise<CommandRun> {
    return holdfast(scene(), words, home);
  }

  it('is none where several are meant, and they live on', async () => {
    const casts = [scene().control({ technique: 'plain' }), scene().control({ technique: 'plain' })];
    for (const cast of casts) (await contain(cast, { label: 'twin' })).tree.release();

    const { code, errors } = await holdfast(scene(), ['kill', 'twin']);

    expect(code).to.equal(64);
    expect(errors).to.match(/'twin' may be any of 2 trees, name one: [0-9a-f]{20} \(twin\), [0-9a-f]{20} \(twin\)/);
    for (const cast of casts) await cast.provenAlive();
  });

  const UNREACHABLE: readonly { readonly lines: Parameters<typeof recordText>[0]; readonly said: RegExp }[] = [
    { lines: { machine: 'c0ffee' }, said: /it is foreign: it is of another machine/ },
    { lines: { guard: undefined }, said: /it is corrupt: guard is missing/ },
  ];
  for (const { lines, said } of UNREACHABLE) {
    it(`is refused with the reason: ${String(said)}`, async () => {
      const record = writeRecord(makeHome(scene().path('home')), recordText(lines));

      const { code, errors } = await end(['kill', SOME_ID]);

      expect(code).to.equal(1);
      expect(errors).to.match(said);
      expect(existsSync(record)).to.equal(true);
    });
  }

  it('is exit code 1 when there is no such tree', async () => {
    const { code, errors } = await end(['terminate', '\x1b[2J']);

    expect(code).to.equal(1);
    expect(errors).to.equal("holdfast: cannot end '\\x1b[2J': there is no such tree\n");
  });

  it('is exit code 1 when somebody survived, whose name is shown harmlessly', async () => {
    const answer = 'usage 1 0 0\nsurvivor 4194301 7 denied %1b%5b2J%e2%80%ae\nempty kill 0 2 4500\n';
    const guard = await FalseGuard.begin(makeHome(scene().path('home')), {}, answer);

    const { code, output } = await end(['kill', SOME_ID]);

    guard.end();
    expect(code).to.equal(1);
    expect(output).to.equal(
      `tree ${SOME_ID}: 0 ended politely, 2 killed, 1 left, in 4.5s\nstill alive: 4194301 \\x1b[2J\\u{202e} (denied)\n`,
    );
    expect(guard.heard).to.equal('end kill 9 0\nusage\n');
  });

  it('touches nobody whom a forged record names as a guard', async () => {
    const innocent = scene().start(['sleep', '1000']);
    const { pid, startTime } = identityOf(innocent.identity.pid);
    const lines = { guard: `${pid} ${startTime}`, root: `${pid} ${startTime}`, owner: `${pid} ${startTime}` };
    const guard = await FalseGuard.begin(makeHome(scene().path('home')), lines, undefined);

    const { code, errors } = await end(['kill', SOME_ID]);

    guard.end();
    expect(code).to.equal(125);
    expect(errors).to.match(/does not answer, and it is another process that holds its record\n$/);
    expect(isAlive(innocent.identity)).to.equal(true);
    innocent.kill('SIGKILL');
    await innocent.ended();
  });

  const MISUSES: readonly { readonly args: readonly string[]; readonly said: RegExp }[] = [
    { args: ['terminate'], said: /terminate expects one id or label, got nothing/ },
    { args: ['kill', 'a', 'b'], said: /kill expects one id or label, got 'a' 'b'/ },
    { args: ['kill', 'a', '--grace', '5s'], said: /kill: Unknown option '--grace'/ },
    { args: ['terminate', 'a', '--grace'], said: /terminate: Option '--grace <value>' argument missing/ },
    { args: ['terminate', 'a', '--grace', 'soon'], said: /--grace expects a time such as 500ms, 5s, 2m or 1h, got 'soon'/ },
    { args: ['terminate', 'a', '--grace', '-1'], said: /terminate: Option '--grace' argument is ambiguous/ },
    { args: ['terminate', 'a', '--grace', '900h'], said: /--grace expects a time/ },
  ];
  for (const { args, said } of MISUSES) {
    it(`is refused with code 64 for ${JSON.stringify(args.join(' '))}`, async () => {
      const { code, output, errors } = await end(args);

      expect([code, output]).to.deep.equal([64, '']);
      expect(errors).to.match(said);
    });
  }

  for (const command of ['terminate', 'kill']) {
    it(`is explained by ${command} --help, with examples`, async () => {
      const { code, output } = await end([command, '--help']);

      expect(code).to.equal(0);
      expect(output).to.match(new RegExp(`^usage: holdfast ${command}`)).and.match(/\nExamples:\n {2}holdfast /);
    });
  }
});
