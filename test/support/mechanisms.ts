// Which mechanisms this machine must be able to offer, found out without the library: a mechanism
// that ought to work and does not fails its tests instead of being skipped.

import { randomUUID } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { constants, accessSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

export type LinuxMechanism = 'cgroup' | 'subreaper' | 'namespace' | 'group';

const MECHANISMS: readonly LinuxMechanism[] = ['cgroup', 'subreaper', 'namespace', 'group'];

/** The directory of the caller's own cgroup, in a cgroup2 hierarchy mounted as a whole. */
export function ownCgroup(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const mount = / \/ (\S+) .* - cgroup2 /.exec(readFileSync('/proc/self/mountinfo', 'latin1'));
  const path = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1'));
  if (mount?.[1] === undefined || path?.[1] === undefined) return undefined;
  return join(mount[1], path[1]);
}

function whyNoCgroup(): string | undefined {
  const own = ownCgroup();
  if (own === undefined) return 'no cgroup2 hierarchy is mounted';
  const probe = join(own, `holdfast-test-probe-${randomUUID()}`);
  try {
    mkdirSync(probe);
    accessSync(join(probe, 'cgroup.procs'), constants.W_OK);
    // Moving a process takes the right to write to the common ancestor (cgroups(7), delegation).
    accessSync(join(own, 'cgroup.procs'), constants.W_OK);
    return undefined;
  } catch (error) {
    return `the own cgroup cannot be divided: ${String(error)}`;
  } finally {
    removeQuietly(probe);
  }
}

function removeQuietly(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    return; // it was never made
  }
}

function whyNoNamespace(): string | undefined {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user'];
  try {
    execFileSync('unshare', [...user, '--pid', '--fork', '--mount', '--mount-proc', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `unshare cannot make a PID namespace: ${String(error)}`;
  }
}

const WHY_NOT: Record<LinuxMechanism, () => string | undefined> = {
  cgroup: whyNoCgroup,
  namespace: whyNoNamespace,
  subreaper: () => (process.platform === 'linux' ? undefined : 'only Linux has subreapers'),
  group: () => undefined,
};

const reasons = new Map<LinuxMechanism, string | undefined>();

export function whyUnavailable(mechanism: LinuxMechanism): string | undefined {
  if (!reasons.has(mechanism)) reasons.set(mechanism, WHY_NOT[mechanism]());
  return reasons.get(mechanism);
}

export function availableMechanisms(): LinuxMechanism[] {
  return MECHANISMS.filter((mechanism) => whyUnavailable(mechanism) === undefined);
}

/** One group of tests for each mechanism; those that cannot run here are listed with the reason. */
export function forEachMechanism(tests: (mechanism: LinuxMechanism) => void): void {
  for (const mechanism of MECHANISMS) {
    const reason = whyUnavailable(mechanism);
    if (reason === undefined) {
      describe(`held by ${mechanism}`, () => {
        tests(mechanism);
      });
    } else {
      it.skip(`held by ${mechanism} SKIPPED: ${reason}`, () => undefined);
    }
  }
}

/** A test that needs something of the machine. It is listed with the reason where it cannot run. */
export function itIf(missing: string | undefined, title: string, body: Mocha.Func | Mocha.AsyncFunc): void {
  if (missing === undefined) it(title, body as Mocha.Func);
  else it.skip(`${title} SKIPPED: ${missing}`, () => undefined);
}

/** Whether a program is on the PATH. */
export function whyNo(program: string): string | undefined {
  return spawnSync(program, ['--version']).error === undefined ? undefined : `${program} is not installed`;
}

export const NEEDS_ROOT = process.getuid?.() === 0 ? undefined : 'only root may do this';

/** Techniques that a mechanism names as an open route, so that nothing is promised about them. */
export function whyOpen(mechanism: LinuxMechanism, technique: string): string | undefined {
  const open = mechanism === 'group' && technique === 'hydra';
  return open ? 'fast-double-fork stays open under group, and its trees say so' : undefined;
}
