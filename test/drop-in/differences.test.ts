// The deliberate differences from child_process.spawn(), one test each, beside Node's own behaviour.

import { expect } from 'chai';
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { spawnContained } from '#lib/index.js';

import { leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { startOwner, startPlainOwner } from '../support/owner.js';
import { commandLine, processLine } from '../support/proc.js';
import { useScene } from '../support/scene.js';

const OUTPUT: SpawnOptions = { stdio: ['ignore', 'pipe', 'ignore'] };

function outputOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('stdout is a pipe in these tests');
  return text(child.stdout);
}

describe('a deliberate difference from Node', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    const containment = { mechanism } as const;

    it('is that a detached child has a session of its own and ends with its owner all the same', async () => {
      const control = scene().control({ technique: 'plain' });
      const cast = scene().cast({ technique: 'plain' });
      const plain = await startPlainOwner(scene(), control, { options: { detached: true } });
      const owner = await startOwner(scene(), cast, { options: { detached: true }, containment });
      const sessions = new Set(cast.living().map(({ pid }) => processLine(pid)?.session));
      const ownSession = processLine(process.pid)?.session;

      await Promise.all([plain.come('SIGKILL'), owner.come('SIGKILL')]);

      expect([...sessions]).to.have.length(1).and.not.include(ownSession);
      await cast.provenDead(control);
      await control.provenAlive();
      await abandonedTreeMayRemain();
    });

    it('is that the parent of the root is the guard', async () => {
      const plain = spawn('sleep', ['20'], { stdio: 'ignore' });
      const child = spawnContained('sleep', ['20'], { stdio: 'ignore', containment });
      const parentOf = (pid: number | undefined): number | undefined => processLine(pid ?? 0)?.ppid;

      const parent = parentOf(child.pid) ?? 0;

      expect(parentOf(plain.pid)).to.equal(process.pid);
      await eventually('the parent has become the guard', () => commandLine(parent)[0] === 'holdfast-guard');
      plain.kill('SIGKILL');
      await Promise.all([once(plain, 'exit'), child.tree.kill()]);
    });

    it('is that the root has HOLDFAST_TREE in its environment, and nothing else more', async () => {
      const env = { PATH: process.env['PATH'], A: 'b' };
      const plain = spawn('env', { ...OUTPUT, env });
      const child = spawnContained('env', { ...OUTPUT, env, containment });
      const [before, after] = await Promise.all([plain, child].map(outputOf));

      expect(after?.split('\n').sort()).to.deep.equal(`${before ?? ''}HOLDFAST_TREE=${child.tree.id}\n`.split('\n').sort());
      await child.tree.empty;
    });

    it("is that 'close' does not wait for a grandchild that holds stdout", async () => {
      const script = 'echo written; sleep 20 & exit 3';
      const child = spawnContained('sh', ['-c', script], { ...OUTPUT, containment });
      const output = outputOf(child);

      const [code] = (await once(child, 'close')) as [number];

      expect(code).to.equal(3);
      expect(await output).to.equal('written\n');
    });

    it("is none under whenRootExits: 'wait': 'close' waits for whoever holds stdout", async () => {
      const go = scene().path('go');
      const script = `(until [ -e ${go} ]; do sleep 0.02; done; echo late) & exit 3`;
      const terms = { mechanism, whenRootExits: 'wait' } as const;
      const child = spawnContained('sh', ['-c', script], { ...OUTPUT, containment: terms });
      const output = outputOf(child);
      const closed = once(child, 'close');

      await once(child, 'exit');
      spawn('touch', [go]);
      await closed;

      expect(await output).to.equal('late\n');
      expect((await child.tree.empty).reason).to.equal('ended');
    });

    it('is none in what was written before the end: unread bytes are never lost', async () => {
      const size = 50_000;
      const script = `head -c ${size} /dev/zero; sleep 20 & exit 0`;
      const child = spawnContained('sh', ['-c', script], { ...OUTPUT, containment });
      const { stdout } = child;
      if (stdout === null) throw new Error('stdout is a pipe in these tests');
      stdout.on('readable', () => undefined); // a reader that takes its time; without one Node discards

      await child.tree.empty;
      let length = 0;
      const take = (): void => {
        let chunk: Buffer | null;
        while ((chunk = stdout.read() as Buffer | null) !== null) length += chunk.length;
      };
      const ended = once(stdout, 'end');
      stdout.on('readable', take);
      take();
      await ended;

      expect(length).to.equal(size);
    });

    it('is that the program sees the pids of its namespace, under strict alone', async () => {
      const script = 'echo $$; sleep 20 & exit 0';
      const child = spawnContained('sh', ['-c', script], { ...OUTPUT, containment });
      const pid = Number(await outputOf(child));

      if (mechanism === 'namespace') expect(pid).to.be.below(10);
      else expect(pid).to.equal(child.pid);
      await child.tree.empty;
    });
  });

  it('is none where nothing is contained: the control of a detached child lives on', async () => {
    const control = await leaveFree(scene(), { technique: 'setsid' });
    await control.provenAlive();
  });
});
