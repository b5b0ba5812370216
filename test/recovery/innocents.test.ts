// Whom recovery leaves alone, although something speaks for it. Each lives beside an abandoned tree that is ended.

import { expect } from 'chai';

import { cleanup, type Suspect } from '#lib/index.js';

import { crash, type Crashed } from '../support/crash.js';
import { child, leftByShell, orphan, Service, type Innocent } from '../support/innocents.js';
import { NEEDS_ROOT, itIf, whyUnavailable, type LinuxMechanism } from '../support/mechanisms.js';
import { useScene, type Scene } from '../support/scene.js';

interface Case {
  readonly who: string;
  readonly make: (scene: Scene, id: string) => Promise<Innocent>;
  /** What is said about it; absent: nothing. */
  readonly doubt?: Suspect['doubt'];
  /** Who held the tree, if not a subreaper. */
  readonly mechanism?: LinuxMechanism;
  readonly missing?: string | undefined;
}

/** As a service manager starts it: systemd.exec(5). */
const SERVICE = `sh -c 'SYSTEMD_EXEC_PID=$$ exec "$@"' sh "$@"`;

const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-current-user']), '--pid', '--fork', '--mount-proc'];
const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

const CASES: readonly Case[] = [
  {
    who: 'an editor with our name in its arguments',
    make: (scene, id) =>
      orphan(scene, { escape: { technique: 'double-fork', detail: `holdfast-guard resume HOLDFAST_TREE=${id}` } }),
  },
  { who: 'a daemon that init has adopted', make: (scene) => orphan(scene) },
  { who: 'a process that set the id of another tree', make: (scene, mark) => child(scene, { mark }), doubt: 'not-orphaned' },
  {
    who: 'a process in a shell that set the id of another tree',
    make: (scene, mark) => child(scene, { through: ['sh', '-c', `HOLDFAST_TREE=${mark} "$@" & wait`, 'sh'] }),
    doubt: 'not-orphaned',
  },
  {
    who: 'an orphan that set the id of a tree held by a cgroup',
    make: (scene, mark) => leftByShell(scene, mark, '"$@"'),
    doubt: 'other-cgroup',
    mechanism: 'cgroup',
    missing: whyUnavailable('cgroup'),
  },
  {
    who: 'an orphan that set the id of a tree held by a namespace',
    make: (scene, mark) => leftByShell(scene, mark, '"$@"'),
    doubt: 'other-pid-namespace',
    mechanism: 'namespace',
    missing: whyUnavailable('namespace'),
  },
  {
    who: 'a service in the same cgroup that inherited the mark through its manager',
    make: (scene, mark) => leftByShell(scene, mark, SERVICE),
    doubt: 'not-orphaned',
  },
  {
    who: 'a process of a container that was given the mark in a file',
    make: (scene, mark) => child(scene, { through: [...UNSHARE, 'env', `HOLDFAST_TREE=${mark}`] }),
    doubt: 'other-pid-namespace',
    missing: whyUnavailable('namespace'),
  },
  {
    who: "another user's process",
    make: (scene, mark) => orphan(scene, { mark, through: NOBODY }),
    missing: NEEDS_ROOT,
  },
  {
    who: 'a process that has become another user',
    make: (scene, mark) => orphan(scene, { mark, escape: { technique: 'other-user' } }),
    missing: NEEDS_ROOT,
  },
];

async function provenSpared({ cast, pid }: Innocent, { cast: members }: Crashed, doubt?: Suspect['doubt']): Promise<void> {
  const report = await cleanup({ minAge: 0 });
  await members.provenDead(cast);
  await cast.provenAlive();
  expect(report.suspects.find((one) => one.pid === pid)?.doubt).to.equal(doubt);
  expect(report.trees.flatMap((tree) => tree.members.map((member) => member.pid))).not.to.include(pid);
}

describe('recovery leaves alone', () => {
  const scene = useScene();

  for (const { who, make, doubt, mechanism = 'subreaper', missing } of CASES) {
    itIf(missing, who, async () => {
      const crashed = await crash(scene(), { technique: 'setsid' }, mechanism);
      const innocent = await make(scene(), crashed.id);

      await provenSpared(innocent, crashed, doubt);
    });
  }

  itIf(whyUnavailable('cgroup'), 'a service that inherited the mark through its manager', async () => {
    const service = new Service(`service-${process.pid}`);
    try {
      const crashed = await crash(scene(), { technique: 'setsid' }, 'subreaper');
      const escape = { technique: 'other-cgroup', detail: service.procs } as const;
      const innocent = await orphan(scene(), { mark: crashed.id, escape });

      await provenSpared(innocent, crashed, 'other-cgroup');
      innocent.cast.declareOver();
    } finally {
      await service.remove();
    }
  });

  it('whoever carries a mark of which no record tells', async () => {
    const crashed = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const innocent = await orphan(scene(), { mark: 'ffffffffffffffffffff' });

    await provenSpared(innocent, crashed, 'no-record');
  });

  it('what is younger than --min-age', async () => {
    const crashed = await crash(scene(), { technique: 'setsid' }, 'subreaper');
    const innocent = await child(scene(), { mark: crashed.id });

    const report = await cleanup();

    expect(report.suspects.map(({ pid }) => pid)).not.to.include(innocent.pid);
    await crashed.cast.provenDead(innocent.cast);
    await innocent.cast.provenAlive();
  });
});
