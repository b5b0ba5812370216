// Bad input gives Node's own error, or a clear one of ours, and leaks nothing (test/support/leaks.ts).

import { expect } from 'chai';
import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';

import { spawnContained } from '#lib/index.js';

import { within } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { useScene, type Scene } from '../support/scene.js';

interface Bad {
  readonly title: string;
  readonly args: (scene: Scene) => [string, readonly string[], SpawnOptions?];
}

// No entry of stdio that the types would let pass.
const LOUD = 'loud' as never;
const many = (length: number, text: string): string[] => Array.from({ length }, () => text);

function file(scene: Scene, text: string, mode: number): string {
  const path = scene.path('program');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const BAD: readonly Bad[] = [
  { title: 'a missing file', args: () => ['/no/such/file', []] },
  { title: 'a file that is not in the PATH', args: () => ['no-such-file-anywhere', []] },
  { title: 'a file that may not be executed', args: (scene) => [file(scene, '#!/bin/sh\n', 0o644), []] },
  { title: 'an interpreter that is missing', args: (scene) => [file(scene, '#!/no/such/interpreter\n', 0o755), []] },
  { title: 'a file of no format', args: (scene) => [file(scene, '\x7fELFbroken', 0o755), []] },
  { title: 'an empty file name', args: () => ['', []] },
  { title: 'a NUL in the file', args: () => ['tr\0ue', []] },
  { title: 'a NUL in an argument', args: () => ['true', ['a\0b']] },
  { title: 'a NUL in the environment', args: () => ['true', [], { env: { A: 'b\0c' } }] },
  { title: 'a NUL in cwd', args: () => ['true', [], { cwd: '/us\0r' }] },
  { title: 'a missing cwd', args: () => ['true', [], { cwd: '/no/such/directory' }] },
  { title: 'a cwd that is a file', args: () => ['true', [], { cwd: '/etc/passwd' }] },
  { title: 'a wrong type of file', args: () => [7 as never, []] },
  { title: 'a wrong type of arguments', args: () => ['true', 'x' as never] },
  { title: 'a wrong type of cwd', args: () => ['true', [], { cwd: 7 as never }] },
  { title: 'a wrong type of stdio', args: () => ['true', [], { stdio: LOUD }] },
  { title: 'a wrong entry of stdio', args: () => ['true', [], { stdio: ['pipe', LOUD] }] },
  { title: 'a descriptor that is not open', args: () => ['true', [], { stdio: ['ignore', 999, 'ignore'] }] },
  { title: 'a wrong uid', args: () => ['true', [], { uid: 1.5 }] },
  { title: 'a wrong timeout', args: () => ['true', [], { timeout: -1 }] },
  { title: 'a wrong killSignal', args: () => ['true', [], { killSignal: 'SIGNOTHING' as never }] },
  { title: '10,000 arguments', args: () => ['true', many(10_000, 'x')] },
  { title: 'too many arguments', args: () => ['true', many(40, 'x'.repeat(100_000))] },
  { title: 'an argument that is too long', args: () => ['true', ['x'.repeat(140_000)]] },
  { title: '2 MB of environment', args: () => ['true', [], { env: { PATH: '/bin:/usr/bin', ...wide(20, 100_000) } }] },
  { title: 'too much environment', args: () => ['true', [], { env: { PATH: '/bin:/usr/bin', ...wide(400, 100_000) } }] },
  { title: 'an empty environment', args: () => ['/bin/true', [], { env: {} }] },
  { title: 'an empty argument', args: () => ['true', ['']] },
];

function wide(count: number, length: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, 'x'.repeat(length)]));
}

/** What a caller sees of a spawn: what it throws, or its events until it is over. */
async function seen(start: () => ChildProcess): Promise<unknown> {
  let child: ChildProcess;
  try {
    child = start();
  } catch (error) {
    return { thrown: shown(error as NodeJS.ErrnoException) };
  }
  const events: unknown[] = [];
  const over = new Promise<void>((resolve) => {
    child.on('spawn', () => events.push(['spawn']));
    child.on('exit', (code, signal) => events.push(['exit', code, signal]));
    child.on('close', (code, signal) => {
      events.push(['close', code, signal]);
      resolve();
    });
    child.on('error', (error) => {
      events.push(['error', shown(error)]);
      // Where not even a pipe could be made, `stdio` is undefined, and there is no 'close'.
      const streams = (child.stdio as ChildProcess['stdio'] | undefined) ?? [];
      if (streams.every((stream) => stream === null)) resolve();
    });
  });
  await within('the child is over', over);
  return { events, exitCode: child.exitCode, signalCode: child.signalCode, killed: child.killed };
}

function shown(error: NodeJS.ErrnoException): unknown {
  const { name, message, code, errno, syscall, path } = error;
  return { name, message, code, errno, syscall, path, class: error.constructor.name };
}

describe('bad input', () => {
  const scene = useScene();

  for (const { title, args } of BAD) {
    it(`gives what Node gives: ${title}`, async () => {
      const given = args(scene());

      const plain = await seen(() => spawn(...(given as Parameters<typeof spawn>)));
      const contained = await seen(() => spawnContained(...(given as Parameters<typeof spawnContained>)));

      expect(contained).to.deep.equal(plain);
    });
  }

  itIf(NEEDS_ROOT, 'gives what Node gives: a cwd that the user of the root may not read', async () => {
    const cwd = scene().path('private');
    mkdirSync(cwd, { mode: 0o700 });
    const options = { cwd, uid: 65534, gid: 65534 };

    const plain = await seen(() => spawn('true', [], options));
    const contained = await seen(() => spawnContained('true', [], options));

    expect(contained).to.deep.equal(plain);
  });

  it('gives what Node gives when no descriptor is left', async () => {
    const taken: number[] = [];
    execFileSync('prlimit', [`--pid=${process.pid}`, '--nofile=256:']);
    const exhausted = (start: () => ChildProcess): Promise<unknown> => {
      try {
        for (;;) taken.push(openSync('/dev/null', 'r'));
      } catch {
        return seen(start); // starts at once, and only then waits
      } finally {
        for (const fd of taken.splice(0)) closeSync(fd);
      }
    };

    try {
      const plain = await exhausted(() => spawn('true', { stdio: 'ignore' }));
      const contained = await exhausted(() => spawnContained('true', { stdio: 'ignore' }));

      expect(JSON.stringify(contained)).to.contain('EMFILE');
      expect(JSON.stringify(plain)).to.contain('EMFILE');
    } finally {
      execFileSync('prlimit', [`--pid=${process.pid}`, '--nofile=20000:']);
    }
  });

  it('is refused by name where the words of containment are wrong', () => {
    const wrong = [
      { mechanism: 'magic' },
      { mechnism: 'cgroup' },
      { refuse: ['nothing'] },
      { refuse: 'broker' },
      { whenRootExits: 'sing' },
      { grace: -1 },
      { grace: '1' },
      { label: 'a b' },
      { owner: 1 },
      { owner: { pid: 0 } },
      { strict: 'yes' },
    ];
    for (const containment of wrong) {
      const start = (): unknown => spawnContained('true', { containment: containment as never });
      expect(start, JSON.stringify(containment)).to.throw(TypeError, /expected .*, got /);
    }
  });

  it('is refused with a code of ours where no version could do it', () => {
    const impossible = [
      { containment: { limits: { memory: 1 } }, code: 'ERR_HOLDFAST_LIMITS_UNSUPPORTED' },
      { containment: { refuse: ['broker'] as const }, code: 'ERR_HOLDFAST_ROUTE_OPEN' },
      { containment: { owner: { pid: process.pid, startTime: 1n } }, code: 'ERR_HOLDFAST_OWNER' },
    ];
    for (const { containment, code } of impossible) {
      const start = (): unknown => spawnContained(fixture('escapee'), { containment });
      expect(start, code).to.throw().with.property('code', code);
    }
  });

  const childOfInit = process.ppid === 1 ? 'init may own what its own child starts, and the tests are its child' : undefined;
  itIf(childOfInit, 'is refused with a code of ours where init is to be the owner of a stranger\'s tree', () => {
    const start = (): unknown => spawnContained(fixture('escapee'), { containment: { owner: { pid: 1 } } });
    expect(start).to.throw().with.property('code', 'ERR_HOLDFAST_OWNER');
  });
});
