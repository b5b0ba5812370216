// What the library starts the guard with, given by hand and made up: the guard refuses, and nobody and nothing is
// touched.

import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';

import { binding } from '#lib/addon/load.js';
import { termsFrom } from '#lib/options.js';
import { encodeLaunch, newTreeId } from '#lib/tree/launch-request.js';
import { launchMessage } from '#lib/spawn/portable/portable-tree-link.js';

import { leaveFree } from '../support/contained.js';
import { eventually, within } from '../support/eventually.js';
import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { identityOf } from '../support/proc.js';
import { GUARD } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';
import { asSomebodyElse } from '../support/users.js';

const TREE = '0123456789abcdef0123';

interface Attempt {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** From descriptor 3 on. */
  readonly descriptors?: readonly number[];
  /** A shell that starts a child, which ends with the link, and becomes the guard of it. */
  readonly withChild?: boolean;
}

interface Refusal {
  readonly code: unknown;
  readonly errors: string;
}

async function attempt({ args, env = {}, descriptors = [], withChild }: Attempt): Promise<Refusal> {
  const below = ['-c', 'cat <&3 >&- 2>&- & exec "$0" "$@" $!', GUARD, ...args];
  const child = spawn(withChild === true ? 'sh' : GUARD, withChild === true ? below : args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe', ...descriptors],
  });
  let errors = '';
  child.stderr?.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const [code] = (await within('the guard ends', once(child, 'close'))) as [unknown];
  return { code, errors };
}

type Changed = Partial<Record<'link' | 'record' | 'cgroupFd' | 'children' | 'recordPath' | 'cgroup' | 'tree', string>>;

/** A handover (docs/protocol.md) with some of its fields made up. */
function handover(changed: Changed): string {
  const { link = '3', record = '-1', cgroupFd = '-1', children = '-1', recordPath = '%', cgroup = '%', tree = TREE } = changed;
  const mechanism = changed.cgroup === undefined ? 'subreaper' : 'cgroup';
  const line = ['1', '1', mechanism, '1', link, '-1', record, cgroupFd, '-1', children, recordPath, cgroup].join(' ');
  return `${line}\ntree ${tree.length}\n${tree}\nmark 20\n${TREE}\nmechanism 9\nsubreaper\n`;
}

function socketPair(): [number, number] {
  return binding().stdioPair('plain');
}

function launchRequest(scene: Scene): { request: Uint8Array; made: string } {
  const made = scene.path('made-by-the-root');
  const id = newTreeId();
  const program = { file: 'touch', args: ['touch', made], env: [`PATH=${process.env['PATH'] ?? ''}`], detached: false };
  const terms = termsFrom({ mechanism: 'subreaper' });
  const request = encodeLaunch({ id, mark: id, program, stdio: [], terms, owner: undefined, timeout: undefined });
  return { request, made };
}

describe('a guard started by hand', () => {
  const scene = useScene();
  const open: number[] = [];
  const keep = (fd: number): number => {
    open.push(fd);
    return fd;
  };

  afterEach(() => {
    for (const fd of open.splice(0)) closeSync(fd);
  });

  const REFUSED: readonly (Attempt & { readonly title: string; readonly says: RegExp })[] = [
    { title: 'launch without a socket', args: ['launch'], says: /leads to no owner/ },
    { title: 'launch at a descriptor that is none', args: ['launch', '--socket', '3x'], says: /bad value for --socket/ },
    { title: 'launch at a standard descriptor', args: ['launch', '--socket', '1'], says: /above 2/ },
    { title: 'resume without a tree', args: ['resume', '1'], says: /handed over/ },
    { title: 'resume of nonsense', args: ['resume', '1'], env: { HOLDFAST_HANDOVER: '\x1b[2J\n' }, says: /bad value for handover: \\x1b\[2J/ },
    { title: 'resume with a standard descriptor', args: ['resume', '1'], env: { HOLDFAST_HANDOVER: handover({ link: '0' }) }, says: /bad value for handover/ },
    { title: 'resume of a tree with a hostile id', args: ['resume', '1'], env: { HOLDFAST_HANDOVER: handover({ tree: '../../../../../../tm' }) }, says: /bad value for tree/ },
    { title: 'resume without a link', args: ['resume', '1'], env: { HOLDFAST_HANDOVER: handover({}) }, says: /leads to no owner/ },
    { title: 'init outside of a namespace', args: ['init', '1', '3', '-1', '-1'], says: /first process of a namespace/ },
    { title: 'recover without a tree', args: ['recover', 'cgroup /'], says: /at least the lines/ },
    { title: 'recover without a link', args: ['recover', `tree ${TREE}`, `mark ${TREE}`], says: /leads to no owner/ },
    { title: 'recover of a hostile id', args: ['recover', 'tree ../../../../../../tmp', `mark ${TREE}`], says: /at least the lines/ },
  ];
  for (const { title, says, ...given } of REFUSED) {
    it(`refuses ${title}`, async () => {
      const { code, errors } = await attempt(given);

      expect(errors).to.match(says);
      expect(code).to.equal(125);
    });
  }

  it('signals no process for whoever has no link to it', async () => {
    const innocent = await leaveFree(scene(), { technique: 'plain' });
    const [{ pid, startTime } = identityOf(0)] = innocent.living();

    await attempt({ args: ['recover', `tree ${TREE}`, `mark ${TREE}`, `started ${pid} ${startTime}`] });

    await innocent.provenAlive();
  });

  it('refuses to resume what is no child of its own', async () => {
    const [near, far] = socketPair();
    keep(near);
    const env = { HOLDFAST_HANDOVER: handover({}) };

    const { code, errors } = await attempt({ args: ['resume', String(process.pid)], env, descriptors: [keep(far)] });

    expect(errors).to.contain('is no child of this one');
    expect(code).to.equal(125);
  });

  it('removes no file that is not the record of its tree', async () => {
    const innocent = scene().path('innocent');
    writeFileSync(innocent, 'precious');
    const [near, far] = socketPair();
    const env = { HOLDFAST_HANDOVER: handover({ record: '4', recordPath: innocent }) };
    const descriptors = [far, keep(openSync(innocent, 'r+'))];
    const guard = attempt({ args: ['resume'], env, descriptors, withChild: true });
    closeSync(far);

    closeSync(near); // the owner's death

    expect(await guard).to.deep.equal({ code: 0, errors: '' });
    expect(existsSync(innocent)).to.equal(true);
  });

  it('takes no directory for the cgroup of its tree', async () => {
    const innocent = scene().path('innocent');
    mkdirSync(innocent);
    const [near, far] = socketPair();
    keep(near);
    const env = { HOLDFAST_HANDOVER: handover({ cgroupFd: '4', cgroup: innocent }) };

    const descriptors = [keep(far), keep(openSync(innocent, 'r'))];
    const { code, errors } = await attempt({ args: ['resume'], env, descriptors, withChild: true });

    expect(errors).to.contain("the cgroup is not the tree's");
    expect(code).to.equal(125);
    expect(existsSync(innocent)).to.equal(true);
  });

  it('takes no file for the list of its children', async () => {
    const innocent = await leaveFree(scene(), { technique: 'plain' });
    const list = scene().path('list');
    writeFileSync(list, innocent.living().map(({ pid }) => `${pid} `).join(''));
    const [near, far] = socketPair();
    keep(near);
    const env = { HOLDFAST_HANDOVER: handover({ children: '4' }) };

    const descriptors = [keep(far), keep(openSync(list, 'r'))];
    const { code, errors } = await attempt({ args: ['resume'], env, descriptors, withChild: true });

    expect(errors).to.contain("the list of children is not this process's");
    expect(code).to.equal(125);
    await innocent.provenAlive();
  });

  it('launches what its own user asks for', async () => {
    const { request, made } = launchRequest(scene());
    const [near, far] = socketPair();
    writeFileSync(near, launchMessage(request));
    const guard = attempt({ args: ['launch'], descriptors: [keep(far)] });

    await eventually('the root has run', () => existsSync(made));

    closeSync(near);
    expect((await guard).code).to.equal(0);
  });

  it('ends although whoever asked has gone before it could answer', async () => {
    const { request } = launchRequest(scene());
    const [near, far] = socketPair();
    writeFileSync(near, launchMessage(request));

    closeSync(near);

    expect((await attempt({ args: ['launch'], descriptors: [keep(far)] })).code).to.equal(0);
  });

  itIf(NEEDS_ROOT, 'launches nothing that another user asks for', async () => {
    const { request, made } = launchRequest(scene());
    const [near, far] = asSomebodyElse(() => socketPair());
    writeFileSync(keep(near), launchMessage(request));

    const { code, errors } = await attempt({ args: ['launch'], descriptors: [keep(far)] });

    expect(errors).to.contain('leads to user 65534');
    expect(code).to.equal(125);
    expect(existsSync(made)).to.equal(false);
  });
});
