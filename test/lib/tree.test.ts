// child.tree: what it knows, what it does, and how it reports its end. Through both ways of spawning.

import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

import type { Contained } from '#lib/index.js';
import type { ChildProcess } from 'node:child_process';

import { eventually, within } from '../support/eventually.js';
import { forEachPath } from '../support/library.js';
import { identityOf } from '../support/proc.js';

type WithOutput = Contained<ChildProcess> & { readonly stdout: Readable };

/** The first line that a child writes. */
async function firstLine(child: WithOutput): Promise<string> {
  const [data] = (await within('the child speaks', once(child.stdout, 'data'))) as [Buffer];
  return data.toString().trim();
}

// A shell gives /dev/null to what runs in its background, whatever its own input is.
const HOLDS_MEMBERS = 'exec 3<&0; cat <&3 & cat <&3 & echo ready; wait';
const IGNORES_TERM = 'trap "" TERM; echo ready; while :; do read line; done';

describe('the tree of a contained child', () => {
  forEachPath(({ spawnContained, execContained, forkContained }) => {
    it('says who it is, what holds it and what stays open', async () => {
      const child = spawnContained('cat', { containment: { label: 'test' } });

      const { id, label, owner, mechanism, escapable } = child.tree;

      expect(id).to.match(/^[0-9a-f]{20}$/);
      expect(label).to.equal('test');
      expect(owner).to.deep.equal({ pid: process.pid, startTime: BigInt(identityOf(process.pid).startTime) });
      expect(mechanism).to.be.oneOf(['cgroup', 'subreaper']);
      expect(escapable).to.include('broker');
      await child.tree.kill();
    });

    for (const mechanism of ['subreaper', 'group'] as const) {
      it(`is held by ${mechanism} when that is asked for`, async () => {
        const child = spawnContained('cat', { containment: { mechanism } });

        expect(child.tree.mechanism).to.equal(mechanism);
        await child.tree.kill();
      });
    }

    it('lists its members', async () => {
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS]);
      await firstLine(child);

      const members = await eventually('both have become cat', async () => {
        const all = await child.tree.members();
        return all.filter(({ name }) => name === 'cat').length === 2 && all;
      });

      expect(members).to.have.length(3);
      const root = members.find(({ pid }) => pid === child.pid);
      expect(root?.startTime).to.equal(BigInt(identityOf(child.pid ?? 0).startTime));
      await child.tree.kill();
    });

    it('says what it uses', async () => {
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS]);
      await firstLine(child);

      const usage = await child.tree.usage();

      expect(usage.processes).to.equal(3);
      expect(usage.memoryBytes).to.be.greaterThan(0);
      expect(usage.cpuMicroseconds).to.be.at.least(0);
      await child.tree.kill();
    });

    it('answers several questions at once, each with its own answer', async () => {
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS]);
      await firstLine(child);

      const { tree } = child;
      const [members, usage, again] = await Promise.all([tree.members(), tree.usage(), tree.members()]);

      expect([members.length, usage.processes, again.length]).to.deep.equal([3, 3, 3]);
      await child.tree.kill();
    });

    it('signals every member at once and counts them', async () => {
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS]);
      await firstLine(child);

      const counted = child.tree.signal(0);
      const sent = child.tree.signal('SIGKILL');

      expect([counted, sent]).to.deep.equal([3, 3]);
      await child.tree.empty;
      expect(child.tree.signal()).to.equal(0);
    });

    it('keeps the order of answers when a question cannot wait', async () => {
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS]);
      await firstLine(child);

      const members = child.tree.members();
      const counted = child.tree.signal(0);

      expect(counted).to.equal(3);
      expect(await members).to.have.length(3);
      await child.tree.kill();
    });

    it('is killed', async () => {
      const child = spawnContained('sh', ['-c', HOLDS_MEMBERS]);
      await firstLine(child);

      const report = await child.tree.kill();

      expect(report).to.deep.include({ reason: 'kill', killed: 3, endedPolitely: 0, survivors: [] });
      expect(child.signalCode).to.equal('SIGKILL');
      expect(await child.tree.empty).to.equal(report);
    });

    it('is terminated politely, then hard', async () => {
      const child = spawnContained('sh', ['-c', `exec 3<&0; cat <&3 & ${IGNORES_TERM}`]);
      await firstLine(child);

      const report = await child.tree.terminate({ grace: 50 });

      expect(report).to.deep.include({ reason: 'terminate', endedPolitely: 1, killed: 1 });
      expect(report.durationMs).to.be.at.least(50);
    });

    it('is terminated with another signal', async () => {
      const child = spawnContained('sh', ['-c', 'trap "exit 9" INT; echo ready; while :; do read line; done']);
      await firstLine(child);

      const report = await child.tree.terminate({ signal: 'SIGINT' });

      expect(report).to.deep.include({ reason: 'terminate', killed: 0 });
      expect(child.exitCode).to.equal(9);
    });

    it('refuses what is no signal and no grace', async () => {
      const child = spawnContained('cat');

      expect(() => child.tree.signal('SIGNOPE' as NodeJS.Signals)).to.throw(TypeError, 'signal: expected');
      expect(() => child.tree.terminate({ grace: -1 })).to.throw(TypeError, 'options.grace: expected');
      await child.tree.kill();
    });

    it('keeps the pid of its root while listeners hear of the exit', async () => {
      const child = spawnContained('true');

      const state = await new Promise((resolve) => {
        child.on('exit', () => {
          resolve(identityOf(child.pid ?? 0).pid);
        });
      });

      expect(state).to.equal(child.pid);
    });

    it('runs events in the async context of the spawn', async () => {
      const storage = new AsyncLocalStorage<string>();
      const contexts: unknown[] = [];

      const child = storage.run('of the spawn', () => {
        const spawned = spawnContained('cat');
        spawned.on('exit', () => contexts.push(storage.getStore()));
        return spawned;
      });
      await storage.run('of the kill', () => child.tree.kill());

      expect(contexts).to.deep.equal(['of the spawn']);
    });

    it('delivers what the leftovers wrote before close', async () => {
      const child = spawnContained('sh', ['-c', 'exec 3<&0; (head -c 100000 /dev/zero; exec cat <&3) & cat'], {
        containment: { whenRootExits: 'terminate' },
      });
      let bytes = 0;
      child.stdout.on('data', (data: Buffer) => (bytes += data.length));
      await eventually('the output is there', () => bytes === 100_000);
      child.stdin.end();

      const [code] = (await within('close comes', once(child, 'close'))) as [number];

      expect([code, bytes]).to.deep.equal([0, 100_000]);
    });

    it('marks its members, the outer tree first', async () => {
      const inner = 'require(process.argv[1]).spawnContained("sh", ["-c", "echo $HOLDFAST_TREE"], {stdio: "inherit"})';
      const child = spawnContained(process.execPath, ['-e', inner, require.resolve('#lib/index.js')]);

      const mark = await firstLine(child);

      expect(mark).to.match(new RegExp(`^${child.tree.id}\\.[0-9a-f]{20}$`));
      await child.tree.empty;
    });

    it('belongs to the children of exec and fork as well', async () => {
      const forked = forkContained(require.resolve('#lib/errors.js'), { stdio: 'pipe' });
      const executed = execContained('exit 3');

      expect((await forked.tree.empty).reason).to.equal('root-exited');
      expect((await executed.tree.empty).reason).to.equal('root-exited');
      expect(executed.exitCode).to.equal(3);
    });
  });
});
