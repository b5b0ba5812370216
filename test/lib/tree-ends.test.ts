// How a tree reports its end, and what becomes of one that is released. Through both ways of spawning.

import { expect } from 'chai';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

import type { Contained } from '#lib/index.js';
import type { ChildProcess } from 'node:child_process';

import { within } from '../support/eventually.js';
import { forEachPath } from '../support/library.js';

type WithOutput = Contained<ChildProcess> & { readonly stdout: Readable };

/** The first line that a child writes. */
async function firstLine(child: WithOutput): Promise<string> {
  const [data] = (await within('the child speaks', once(child.stdout, 'data'))) as [Buffer];
  return data.toString().trim();
}

// A shell gives /dev/null to what runs in its background, whatever its own input is.
const HOLDS_MEMBERS = 'exec 3<&0; cat <&3 & cat <&3 & echo ready; wait';

describe('the end of a tree', () => {
  forEachPath(({ spawnContained, ContainmentError }) => {
    const ENDS: readonly [string, string[], object, string][] = [
      ['root-exited', ['-c', 'exec 3<&0; cat <&3 & exit 0'], {}, 'its root exits'],
      ['ended', ['-c', 'true & exit 0'], { containment: { whenRootExits: 'wait' } }, 'all members of a waiting tree have ended'],
      ['timeout', ['-c', 'cat'], { timeout: 50 }, 'its time is over'],
    ];
    for (const [reason, args, options, title] of ENDS) {
      it(`says ${reason} when ${title}`, async () => {
        const child = spawnContained('sh', args, options);

        expect((await child.tree.empty).reason).to.equal(reason);
      });
    }

    it('says not-started after a failed start', async () => {
      const child = spawnContained('missing-program-of-holdfast');
      const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException];

      expect(error.code).to.equal('ENOENT');
      expect(await child.tree.empty).to.deep.include({ reason: 'not-started', killed: 0 });
      expect(await child.tree.members()).to.deep.equal([]);
      expect((await child.tree.kill()).reason).to.equal('not-started');
      expect(child.tree.signal()).to.equal(0);
    });

    it('ends with an abort, and Node tells of it', async () => {
      const abort = new AbortController();
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS], { signal: abort.signal });
      await firstLine(child);
      const error = once(child, 'error');

      abort.abort(new Error('enough'));

      expect(((await error) as [Error])[0].name).to.equal('AbortError');
      expect((await child.tree.empty).reason).to.equal('abort');
    });

    it('lets a waiting tree live on without its root', async () => {
      const child = spawnContained('sh', ['-c', 'cat <&3 & echo ready'], {
        stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
        containment: { whenRootExits: 'wait' },
      });
      await once(child, 'exit');

      const members = await child.tree.members();

      expect(members).to.have.length(1);
      await child.tree.kill();
    });

    it('is released, and then not disposed of', async () => {
      const child = spawnContained('cat');

      child.tree.release();
      await child.tree[Symbol.asyncDispose]();

      expect(await child.tree.members()).to.have.length(1);
      child.stdin.end();
      expect((await child.tree.empty).reason).to.equal('released');
      expect(child.exitCode).to.equal(0);
    });

    it('cannot be released when it has ended', async () => {
      const child = spawnContained('true');
      await child.tree.empty;

      expect(() => {
        child.tree.release();
      })
        .to.throw(ContainmentError)
        .with.property('code', 'ERR_HOLDFAST_RELEASE_FAILED');
    });

    it('comes although a member has stopped its guard', async () => {
      const child = spawnContained('sh', ['-c', 'kill -STOP $PPID; echo ready; exec cat']);
      await firstLine(child);

      expect(await child.tree.terminate()).to.deep.include({ reason: 'terminate', killed: 0, survivors: [] });
      expect([child.killed, child.signalCode]).to.deep.equal([false, 'SIGTERM']);
    });

    it('is terminated by its disposal', async () => {
      const child = spawnContained('cat');

      await child.tree[Symbol.asyncDispose]();

      expect((await child.tree.empty).reason).to.equal('terminate');
    });
  });
});
