// The streams of a contained child: what the root closes has ended for its owner, and a guard or
// an init that held a copy would show here. Each case runs with child_process.spawn() as well.

import { expect } from 'chai';
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Duplex, Readable, Writable } from 'node:stream';

import { spawnContained } from '#lib/index.js';

import { within } from '../support/eventually.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

type Spawn = (script: string, options: SpawnOptions) => ChildProcess;

describe('the streams of a child', () => {
  const scene = useScene();

  describe('of child_process.spawn()', () => {
    promises((script, options) => spawn('/bin/bash', ['-c', script], options));
  });
  forEachMechanism((mechanism) => {
    promises((script, options) => spawnContained('/bin/bash', ['-c', script], { ...options, containment: { mechanism } }));
  });

  function promises(start: Spawn): void {
    it('end when the root closes them, while it runs on', async () => {
      const child = start('exec >&- 2>&-; read line', { stdio: 'pipe' });
      child.stdout?.resume();
      child.stderr?.resume();

      const ended = Promise.all([once(child.stdout as Readable, 'end'), once(child.stderr as Readable, 'end')]);
      await within('both streams end', ended);
      expect(child.exitCode).to.equal(null);
      child.stdin?.end('over\n');

      await once(child, 'close');
    });

    it('break when the root closes its input, while it runs on', async () => {
      const over = scene().path('over');
      const child = start(`exec <&-; until [ -e ${over} ]; do sleep 0.02; done`, { stdio: ['pipe', 'ignore', 'ignore'] });
      const stdin = child.stdin as Writable;
      const broken = once(stdin, 'error') as Promise<[NodeJS.ErrnoException]>;

      const write = (): void => {
        stdin.write('x', (failure) => {
          if (failure === null || failure === undefined) setImmediate(write);
        });
      };
      write();

      const [error] = await within('writing fails', broken);
      expect(error.code).to.be.oneOf(['EPIPE', 'ECONNRESET']);
      writeFileSync(over, '');
      await once(child, 'exit');
    });

    it('go both ways at a descriptor above 2', async () => {
      const child = start('read line <&5; echo "got $line" >&5', {
        stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'ignore', 'pipe'],
      });
      const wire = child.stdio.at(5) as Duplex;
      wire.write('word\n');

      expect(await text(wire)).to.equal('got word\n');
      await once(child, 'close');
    });

    it('may be three hundred', async () => {
      const count = 300;
      const stdio = Array.from({ length: count }, () => 'pipe' as const);
      const script = `for fd in {3..${count - 1}}; do echo $fd >&$fd; done`;
      const child = start(script, { stdio });

      const outputs = await Promise.all(child.stdio.slice(3).map((stream) => text(stream as Duplex)));
      child.stdout?.resume();
      child.stderr?.resume();
      await once(child, 'close');

      expect(outputs).to.deep.equal(Array.from({ length: count - 3 }, (_, index) => `${index + 3}\n`));
    });

    it('may be files of the owner', async () => {
      const path = scene().path('out');
      const fd = openSync(path, 'w');
      const child = start('echo out; echo err >&2', { stdio: ['ignore', fd, fd] });
      await once(child, 'close');
      closeSync(fd);

      expect(readFileSync(path, 'utf8')).to.equal('out\nerr\n');
    });

    it('leave no further descriptor to the root', async () => {
      const child = start('cd /proc/self/fd; echo *', { stdio: ['ignore', 'pipe', 'ignore'] });

      const listed = (await text(child.stdout as Readable)).trim().split(' ');
      await once(child, 'close');

      // 3 is bash's own, of the directory. Above the first gap Node passes on what it inherited
      // itself (uv_disable_stdio_inheritance, libuv src/unix/core.c).
      expect(listed.filter((fd) => Number(fd) > 2 && Number(fd) < 200)).to.deep.equal(['3']);
    });
  }
});
