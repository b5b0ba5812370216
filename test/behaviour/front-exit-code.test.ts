// `holdfast run` ends as its command ended, and says so where the command could not be run.

import { expect } from 'chai';

import { chmodSync, writeFileSync } from 'node:fs';

import { frontArgv, runFront } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

interface Ending {
  readonly command: readonly string[];
  readonly code: number | null;
  readonly signal?: NodeJS.Signals;
}

const ENDINGS: readonly Ending[] = [
  { command: ['true'], code: 0 },
  { command: ['sh', '-c', 'exit 7'], code: 7 },
  { command: ['sh', '-c', 'exit 255'], code: 255 },
  { command: ['sh', '-c', 'kill -KILL $$'], code: null, signal: 'SIGKILL' },
  { command: ['sh', '-c', 'kill -TERM $$'], code: null, signal: 'SIGTERM' },
  { command: ['sh', '-c', 'kill -INT $$'], code: null, signal: 'SIGINT' },
  { command: ['sh', '-c', 'kill -QUIT $$'], code: null, signal: 'SIGQUIT' },
  { command: ['sh', '-c', 'kill -USR1 $$'], code: null, signal: 'SIGUSR1' },
];

const MISUSES: readonly (readonly string[])[] = [
  [],
  ['--'],
  ['--no-such-option', '--', 'true'],
  ['--timeout', 'soon', '--', 'true'],
  ['--timeout', '-1', '--', 'true'],
  ['--timeout'],
  ['--grace', '1x', '--', 'true'],
  ['--mechanism', 'magic', '--', 'true'],
  ['--refuse', 'nothing', '--', 'true'],
  ['--refuse', 'broker', '--', 'true'],
  ['--owner', '0', '--', 'true'],
  ['--owner', 'me', '--', 'true'],
  ['--when-root-exits', 'sing', '--', 'true'],
  ['--when-owner-dies', 'wait', '--', 'true'],
  ['--label', 'a b', '--', 'true'],
  ['--label', 'x'.repeat(65), '--', 'true'],
  ['--strict', '--mechanism', 'cgroup', '--', 'true'],
];

describe('the exit of the front', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const { command, code, signal } of ENDINGS) {
      it(`is that of ${command.join(' ')}`, async () => {
        const run = await runFront(scene(), mechanism, [], command);

        expect(run).to.include({ code, signal: signal ?? null });
        expect(run.errors).to.equal('');
        expect(run.report).to.deep.include({ reason: 'root-exited', survivors: [] });
      });
    }

    it('is 127 for a command that does not exist', async () => {
      const run = await runFront(scene(), mechanism, [], ['/no/such/command']);

      expect(run.code).to.equal(127);
      expect(run.errors).to.contain('/no/such/command').and.contain('No such file');
      expect(run.report.reason).to.equal('not-started');
    });

    it('is 126 for a file that cannot be executed', async () => {
      const file = scene().path('not-executable');
      writeFileSync(file, '#!/bin/sh\n');
      chmodSync(file, 0o644);

      const run = await runFront(scene(), mechanism, [], [file]);

      expect(run.code).to.equal(126);
      expect(run.errors).to.contain('Permission denied');
    });

    it('is 124 at the timeout, also when the command handles SIGTERM', async () => {
      const run = await runFront(
        scene(),
        mechanism,
        ['--timeout', '100ms'],
        ['sh', '-c', 'trap "exit 3" TERM; while :; do sleep 0.01; done'],
      );

      expect(run.code).to.equal(124);
      expect(run.report.reason).to.equal('timeout');
    });
  });

  for (const words of MISUSES) {
    it(`is 64 for the misuse: ${words.join(' ').slice(0, 60)}`, async () => {
      const [guard = '', run = ''] = frontArgv([], []);
      const front = scene().start([guard, run, ...words]);

      expect((await front.ended()).code).to.equal(64);
      expect(front.errors).to.match(/^holdfast: /);
    });
  }

  it('is 125 where the mechanism asked for does not exist, and says why in words', async () => {
    const front = scene().start(frontArgv(['--mechanism', 'job'], ['true']));

    expect((await front.ended()).code).to.equal(125);
    expect(front.errors).to.match(/^holdfast: cannot contain true: .*job \(\w+, no such mechanism on Linux\)$/m);
  });

  it('is 125 where a route would stay open that was refused', async () => {
    const terms = ['--mechanism', 'subreaper', '--refuse', 'owner-and-guard-killed'];
    const front = scene().start(frontArgv(terms, ['true']));

    expect((await front.ended()).code).to.equal(125);
    expect(front.errors).to.contain('subreaper (REFUSED, leaves owner-and-guard-killed open)');
  });
});
