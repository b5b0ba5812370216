// A member that takes from whoever holds its tree, the guard or the init of its namespace, the right to open anything
// (RLIMIT_NOFILE, prlimit(2)), and which none of them can take back. What cannot be read is not taken for empty, and
// the tree ends all the same, or the route by which it does not is named.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { spawnContained } from '#lib/index.js';

import type { Cast, Escape } from '../support/cast.js';
import { contain, leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { HOME, abandonedTreeMayRemain, guardsBelow } from '../support/leaks.js';
import { forEachMechanism, itIf, type LinuxMechanism } from '../support/mechanisms.js';
import { cgroupOfTests } from '../support/own-cgroup.js';
import { startOwner, type Owner } from '../support/owner.js';
import { identityOf, processLine, readProcFile, type ProcessIdentity } from '../support/proc.js';
import { useScene } from '../support/scene.js';

/** Root takes back what it was robbed of, so it is robbed of that right, too (CAP_SYS_RESOURCE, capabilities(7)). */
const WITHOUT_RIGHT = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_resource'] : [];
const MISSING = whyNotWithout();
const LIMITERS: Escape = { technique: 'guard-limiter', count: 3 };
const BUSY_TICKS = 15; // of 100 in a second, where the half of one is waited for

function whyNotWithout(): string | undefined {
  try {
    execFileSync('env', [...WITHOUT_RIGHT, 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no right can be given up: ${String(error)}`;
  }
}

function parentOf(pid: number): number {
  return processLine(pid)?.ppid ?? 0;
}

function ticksOf(pid: number): number {
  const fields = (readProcFile(`/proc/${pid}/stat`) ?? '').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]); // utime and stime: proc_pid_stat(5)
}

describe('a member that takes the descriptors of its guard', () => {
  const scene = useScene();

  /** The parent of the root. */
  function holderOf(cast: Cast): ProcessIdentity {
    const pids = cast.living().map(({ pid }) => pid);
    const root = pids.find((pid) => !pids.includes(parentOf(pid)));
    return identityOf(parentOf(root ?? 0));
  }

  async function guardListens(): Promise<void> {
    const listens = (): boolean => readdirSync(join(HOME, 'run')).some((name) => name.endsWith('.sock'));
    await eventually('the guard waits for nothing but news', listens);
  }

  async function attack(
    mechanism: LinuxMechanism,
    escape: Escape,
  ): Promise<{ cast: Cast; control: Cast; owner: Owner; holder: ProcessIdentity }> {
    const control = await leaveFree(scene(), escape);
    const cast = scene().cast(escape);
    const owner = await startOwner(scene(), cast, { containment: { mechanism }, through: WITHOUT_RIGHT });
    await guardListens();
    const holder = holderOf(cast);
    await Promise.all([control.act(), cast.act()]);
    const limits = readProcFile(`/proc/${holder.pid}/limits`) ?? '';
    expect(limits).to.match(/^Max open files +0 +0 /m);
    return { cast, control, owner, holder };
  }

  forEachMechanism((mechanism) => {
    // Where the kernel holds nothing, the guard ends whom it knows and leaves the rest to its owner.
    const gone = mechanism === 'group' ? 'guard-died' : undefined;

    itIf(MISSING, gone ? 'is named as the route guard-killed where the owner dies' : 'ends with its owner', async () => {
      const { cast, control, owner } = await attack(mechanism, LIMITERS);

      await owner.come('SIGKILL');

      await owner.ended();
      if (gone === undefined) return cast.provenDead(control);
      expect(owner.openRoutes).to.include('guard-killed');
      cast.declareOver();
      await abandonedTreeMayRemain();
    });

    itIf(MISSING, 'is ended by kill(), which says so', async () => {
      const { cast, control, owner } = await attack(mechanism, LIMITERS);

      await owner.come('kill');
      const report = await owner.report();
      const left = cast.living();

      expect(left).to.deep.equal([]);
      expect(report).to.deep.include({ reason: gone ?? 'kill', survivors: [] });
      expect(report.killed).to.be.within(1, 4);
      await cast.provenDead(control);
      await owner.come('exit');
      await owner.ended();
    });

    itIf(MISSING, 'ends when its root has exited, and not before it is empty', async () => {
      const { cast, control, owner } = await attack(mechanism, { ...LIMITERS, root: 'told' });

      cast.letRootExit();
      const report = await owner.report();
      const left = cast.living();

      expect(left).to.deep.equal([]);
      expect(report).to.deep.include({ reason: gone ?? 'root-exited', survivors: [] });
      await cast.provenDead(control);
      await owner.come('exit');
      await owner.ended();
    });

    const noWait = mechanism === 'group' ? 'a guard that sees nothing does not wait long under group' : MISSING;
    itIf(noWait, 'does not keep its guard busy', async () => {
      const { cast, control, owner, holder } = await attack(mechanism, LIMITERS);
      const before = ticksOf(holder.pid);

      await scene().start(['sleep', '0.5']).ended();

      expect(ticksOf(holder.pid) - before).to.be.below(BUSY_TICKS);
      await owner.come('SIGKILL');
      await cast.provenDead(control);
    });

    if (mechanism === 'cgroup') {
      it('does not leave a cgroup of which it cannot read whether somebody is inside', async () => {
        const child = spawnContained('sleep', ['1000'], { stdio: 'ignore', containment: { mechanism } });
        const cgroup = join(cgroupOfTests() ?? '', `holdfast-${child.tree.id}`);
        const stray = scene().start(['sleep', '1000']);
        writeFileSync(join(cgroup, 'cgroup.procs'), String(stray.identity.pid));
        await guardListens();
        const [guard] = await guardsBelow(process.pid);
        execFileSync('prlimit', ['--pid', String(guard?.pid), '--nofile=0:0']);

        child.kill('SIGKILL');

        expect(await stray.ended()).to.deep.equal({ code: null, signal: 'SIGKILL' });
        expect(await child.tree.empty).to.deep.include({ survivors: [] });
        await eventually('the cgroup is removed', () => !existsSync(cgroup));
      });
    }
  });

  it('loses nothing of which the guard may take it back', async () => {
    const cast = scene().cast({ technique: 'plain', count: 3 });
    const child = await contain(cast, { mechanism: 'subreaper' });
    await guardListens();
    const [guard] = await guardsBelow(process.pid);
    execFileSync('prlimit', ['--pid', String(guard?.pid), '--nofile=0:']);

    const members = await child.tree.members();

    expect(members).to.have.length(4);
    expect(members.map(({ startTime }) => startTime)).not.to.include(0n);
    expect(readProcFile(`/proc/${guard?.pid ?? 0}/limits`)).not.to.match(/^Max open files +0 /m);
    await child.tree.kill();
  });
});
