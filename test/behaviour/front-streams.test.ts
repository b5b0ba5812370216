// stdin, stdout and stderr belong to the command: what it closes is closed for those who
// hold the other end. The plain command comes first, as the control.

import { expect } from 'chai';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

import { within } from '../support/eventually.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

describe('the streams of the front', () => {
  const scene = useScene();

  describe('without the front', () => {
    promises((command) => ['sh', '-c', command]);
  });
  forEachMechanism((mechanism) => {
    promises((command) => frontArgv(['--mechanism', mechanism], ['sh', '-c', command]));
  });

  function promises(front: (command: string) => string[]): void {
    it('carry input and output of any size', async () => {
      const run = scene().start(front('cat; echo over >&2'), { stdio: ['pipe', 'pipe', 'pipe'] });
      const input = 'x'.repeat(3_000_000);
      run.child.stdin?.end(input);
      await run.ended();

      expect(run.output.length).to.equal(input.length);
      expect(run.errors).to.equal('over\n');
    });

    it('end for the reader when the command closes them', async () => {
      const run = scene().start(front('exec >&-; read line'), { stdio: ['pipe', 'pipe', 'inherit'] });

      await within('stdout ends while the command runs', once(run.child.stdout as Readable, 'end'));
      run.child.stdin?.end('over\n');

      expect((await run.ended()).code).to.equal(0);
    });

    it('break for the writer when the command closes its input', async () => {
      const over = scene().path('over');
      const command = front(`exec <&-; until [ -e ${over} ]; do sleep 0.02; done`);
      const run = scene().start(command, { stdio: ['pipe', 'pipe', 'pipe'] });
      const stdin = run.child.stdin as Writable;
      const broken = once(stdin, 'error') as Promise<[NodeJS.ErrnoException]>;

      const write = (): void => {
        stdin.write('x', (failure) => {
          if (failure === null || failure === undefined) setImmediate(write);
        });
      };
      write();

      const [error] = await within('writing fails while the command runs', broken);
      expect(error.code).to.be.oneOf(['EPIPE', 'ECONNRESET']);
      writeFileSync(over, '');
      expect((await run.ended()).code).to.equal(0);
    });

    it('may all be closed', async () => {
      const words = front('exit 5').map((word) => `'${word}'`).join(' ');
      const run = scene().start(['/bin/sh', '-c', `${words} <&- >&- 2>&-`]);

      expect((await run.ended()).code).to.equal(5);
    });
  }
});
