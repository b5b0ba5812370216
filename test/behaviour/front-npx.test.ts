// `npx holdfast run` and npm scripts, with the real npm: its end ends the command politely, whether it is told to end
// or killed. `--owner parent` means the process that called npx or the shell.

import { expect } from 'chai';
import { execPath } from 'node:process';

import { eventually } from '../support/eventually.js';
import { frontAbove, frontArgv } from '../support/front.js';
import { itIf, whyNo } from '../support/mechanisms.js';
import { makeProject } from '../support/npx.js';
import { isAlive, lineage } from '../support/proc.js';
import { useScene, type Scene, type Started } from '../support/scene.js';
import { SignalLog } from '../support/signal-log.js';

const NO_NPX = whyNo('npx');
const RUN = ['holdfast', 'run', '--grace', '60s'];
const NPX = ['npx', '--no-install', ...RUN];

/** A Node program that calls another and waits for it. */
const CLIENT = [
  ...[execPath, '-e'],
  'require("child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: "inherit" })',
];

const CLIENT_WITH_PIPE = [
  ...[execPath, '-e'],
  'require("child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: ["pipe", "inherit", "inherit"] })',
];

interface Way {
  readonly title: string;
  readonly argv: (log: SignalLog) => readonly string[];
}

const WAYS: readonly Way[] = [
  { title: 'npx holdfast run', argv: (log) => [...NPX, '--', ...log.argv] },
  { title: 'npm start with holdfast run', argv: () => ['npm', 'start'] },
];

/** With the project of a scene as its directory. */
async function startInProject(scene: Scene, log: SignalLog, argv: readonly string[]): Promise<Started> {
  const started = scene.start(argv, makeProject(scene, [...RUN, '--', ...log.argv]));
  await log.up();
  return started;
}

describe('holdfast run by npm', () => {
  const scene = useScene();

  for (const { title, argv } of WAYS) {
    itIf(NO_NPX, `ends politely when its caller is killed: ${title}`, async () => {
      const log = new SignalLog(scene(), 'root', 'clean');
      const npm = await startInProject(scene(), log, argv(log));
      const everybody = lineage(log.identity(), npm.identity);

      npm.kill('SIGKILL');
      await eventually('nobody is left', () => !everybody.some(isAlive));

      expect(log.seen()).to.deep.equal(['SIGTERM']);
      expect(log.has('clean')).to.equal(true);
    });

    itIf(NO_NPX, `ends politely when its caller is told to end: ${title}`, async () => {
      const log = new SignalLog(scene(), 'root', 'clean');
      const npm = await startInProject(scene(), log, argv(log));
      const everybody = lineage(log.identity(), npm.identity);

      npm.kill('SIGTERM');
      await npm.ended();
      await eventually('nobody is left', () => !everybody.some(isAlive));

      expect(log.seen()).to.deep.equal(['SIGTERM']);
      expect(log.has('clean')).to.equal(true);
    });
  }

  itIf(NO_NPX, 'ends politely with the client that called npx and alone could write to it', async () => {
    const log = new SignalLog(scene(), 'root', 'clean');
    const client = await startInProject(scene(), log, [...CLIENT_WITH_PIPE, ...NPX, '--', ...log.argv]);
    const everybody = lineage(log.identity(), client.identity);

    client.kill('SIGKILL');
    await eventually('nobody is left', () => !everybody.some(isAlive));

    expect(log.seen()).to.deep.equal(['SIGTERM']);
    expect(log.has('clean')).to.equal(true);
  });

  itIf(NO_NPX, 'ends with the client that called npx, as its owner', async () => {
    const log = new SignalLog(scene(), 'root', 'ignore');
    const client = await startInProject(scene(), log, [...CLIENT, ...NPX, '--owner', 'parent', '--', ...log.argv]);
    const everybody = lineage(log.identity(), client.identity);

    client.kill('SIGKILL');

    await eventually('nobody is left', () => !everybody.some(isAlive));
  });
});

describe('the parent as owner', () => {
  const scene = useScene();

  for (const { title, between } of [
    { title: 'the parent itself', between: [] },
    { title: 'the one above a shell', between: ['sh', '-c', '"$@"; :', 'sh'] },
    { title: 'the one above two shells', between: ['sh', '-c', '"$@"; :', 'sh', 'sh', '-c', '"$@"; :', 'sh'] },
  ]) {
    it(`is ${title}`, async () => {
      const log = new SignalLog(scene(), 'root', 'ignore');
      const control = new SignalLog(scene(), 'control', 'ignore');
      const client = scene().start([...CLIENT, ...between, ...frontArgv(['--owner', 'parent'], log.argv)]);
      const plain = scene().start([...CLIENT, ...between, ...control.argv]);
      for (const one of [log, control]) await one.up();
      const everybody = [log.identity(), frontAbove(log.identity())];

      client.kill('SIGKILL');
      plain.kill('SIGKILL');
      await eventually('nobody is left', () => !everybody.some(isAlive));

      expect(control.isAlive()).to.equal(true);
      control.letLeave();
    });
  }
});
