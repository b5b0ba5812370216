// What a tree reports when its guard says nothing, or too little: over a link whose other end the test holds itself.

import { expect } from 'chai';
import { constants } from 'node:os';

import type { TreeLink } from '#lib/addon/binding.js';
import { ContainedTree } from '#lib/tree/tree.js';
import type { EndReport } from '#lib/index.js';

import { eventually } from '../support/eventually.js';
import { identityOf, processLine, type ProcessIdentity } from '../support/proc.js';
import { useScene, type Started } from '../support/scene.js';

/** A guard of which only the test knows what it says. */
class FalseLink implements TreeLink {
  readonly facts: readonly string[];
  readonly sent: string[] = [];
  onFacts: ((lines: readonly string[]) => void) | undefined;
  onEnd: (() => void) | undefined;
  closed = false;

  constructor(guard: ProcessIdentity, root: ProcessIdentity) {
    this.facts = [`guard ${guard.pid} ${guard.startTime}`, `started ${root.pid} ${root.startTime}`];
  }

  send(line: string): number {
    this.sent.push(line);
    return 0;
  }

  receive(timeoutMs: number): readonly string[] {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs);
    return [];
  }

  signalRoot(): number {
    return 0;
  }

  ref(): void {
    return;
  }

  unref(): void {
    return;
  }

  hasRef(): boolean {
    return false;
  }

  close(): void {
    this.closed = true;
  }
}

const NOBODY: ProcessIdentity = { pid: 2 ** 22 + 1, startTime: '1' }; // above pid_max, proc_sys_kernel(5)

describe('a tree of which nobody can tell what is left', () => {
  const started: Started[] = [];
  afterEach(() => {
    for (const one of started.splice(0)) one.kill('SIGKILL');
  });
  const scene = useScene();

  function begin(guard: ProcessIdentity, root: ProcessIdentity): { link: FalseLink; tree: ContainedTree } {
    const tree = new ContainedTree({
      id: 'f'.repeat(20),
      label: undefined,
      owner: { pid: process.pid, startTime: 0n },
      mechanism: 'subreaper',
      escapable: [],
      graceMs: 5000,
      timeout: undefined,
    });
    const link = new FalseLink(guard, root);
    tree.begin(link);
    return { link, tree };
  }

  function startOne(): ProcessIdentity {
    const one = scene().start(['sleep', '1000']);
    started.push(one);
    return one.identity;
  }

  const named = ({ survivors }: EndReport): unknown =>
    survivors.map(({ pid, startTime, why }) => ({ pid, startTime: String(startTime), why }));
  const unheard = ({ pid, startTime }: ProcessIdentity): unknown => [{ pid, startTime, why: 'unheard' }];

  it('names the root when kill() gets no answer', async () => {
    const root = startOne();
    const { link, tree } = begin(identityOf(process.pid), root);

    const report = await tree.kill();

    expect(named(report)).to.deep.equal(unheard(root));
    expect(report).to.deep.include({ reason: 'kill' });
    expect(report.survivors[0]?.name).to.equal('sleep');
    expect(link.closed, 'the report of the guard may still come').to.equal(false);
    link.onFacts?.(['empty kill 0 1 6000']);
    expect((await tree.empty).survivors).to.deep.equal([]);
  });

  it('says in time that a signal was not acknowledged', () => {
    const { tree } = begin(identityOf(process.pid), NOBODY);

    expect(tree.signal('SIGUSR2')).to.equal(-constants.errno.ETIMEDOUT);
  });

  it('puts an end behind a release that was not acknowledged', async () => {
    const guard = startOne();
    process.kill(guard.pid, 'SIGSTOP');
    await eventually('the guard stands still', () => processLine(guard.pid)?.state === 'T');
    const { link, tree } = begin(guard, NOBODY);

    expect(() => {
      tree.release();
    }).to.throw('did not acknowledge');

    expect(link.sent).to.deep.equal(['release', 'end terminate 15 5000']);
  });

  type Role = 'guard' | 'root';
  const LOST: readonly (readonly [title: string, who: Role, said: readonly string[], gone: readonly Role[]])[] = [
    ['the root while it lives', 'root', [], []],
    ['the root when the guard is gone', 'root', [], ['guard']],
    ['the guard when the root has ended', 'guard', ['exited 0'], []],
    ['the guard when the root is gone', 'guard', [], ['root']],
    ['somebody when both are gone', 'root', [], ['guard', 'root']],
  ];
  for (const [title, who, said, gone] of LOST) {
    it(`names ${title} at the end of the link`, async () => {
      const guard = gone.includes('guard') ? NOBODY : startOne();
      const root = gone.includes('root') ? NOBODY : startOne();
      const { link, tree } = begin(guard, root);
      link.onFacts?.(said);

      link.onEnd?.();
      const report = await tree.empty;

      expect(named(report)).to.deep.equal(unheard(who === 'guard' ? guard : root));
      expect(report.reason).to.equal('guard-died');
      expect(link.closed).to.equal(true);
    });
  }

  it('names those whom the guard has named', async () => {
    const { link, tree } = begin(NOBODY, NOBODY);
    link.onFacts?.(['survivor 17 42 denied su']);

    link.onEnd?.();

    expect(named(await tree.empty)).to.deep.equal([{ pid: 17, startTime: '42', why: 'denied' }]);
  });

  it('takes what a recovery says when nobody else knows more', async () => {
    const { link, tree } = begin(NOBODY, NOBODY);

    link.onEnd?.();
    link.onFacts?.(['survivor 17 42 alive sleep', 'empty guard-died 0 3 20']);

    expect(await tree.empty).to.deep.include({ reason: 'guard-died', killed: 3, durationMs: 20 });
  });

  it('takes the word of a guard that speaks after all', async () => {
    const { link, tree } = begin(NOBODY, NOBODY);

    link.onEnd?.();
    link.onFacts?.(['empty terminate 1 0 7']);

    expect(await tree.empty).to.deep.include({ reason: 'terminate', endedPolitely: 1, survivors: [] });
  });
});
