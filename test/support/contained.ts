// A cast contained by spawnContained() in this very process, and the table of escapes.

import { expect } from 'chai';
import type { ChildProcess, SpawnOptions, StdioOptions } from 'node:child_process';
import type { Duplex } from 'node:stream';

import { spawnContained, type Contained, type ContainmentOptions } from '#lib/index.js';

import type { Cast, Escape } from './cast.js';
import { NEEDS_ROOT, ownCgroup } from './mechanisms.js';
import type { Scene } from './scene.js';
import { amountOf } from './thorough.js';

/** Above the cgroup of the tests, so also above that of any tree. */
const topCgroup = `${ownCgroup() ?? ''}/cgroup.procs`;

/** Every technique under which a tree must be able to end. */
export const ESCAPES: readonly (Escape & { readonly missing?: string | undefined })[] = [
  { technique: 'plain' },
  { technique: 'setsid' },
  { technique: 'own-group' },
  { technique: 'double-fork' },
  { technique: 'daemon' },
  { technique: 'ignore-signals' },
  { technique: 'cleared-environment' },
  { technique: 'stopped' },
  { technique: 'main-thread-exited' },
  { technique: 'forked-by-thread' },
  { technique: 'own-subreaper' },
  { technique: 'disguised' },
  { technique: 'other-user', missing: NEEDS_ROOT },
  { technique: 'other-cgroup', detail: topCgroup, missing: NEEDS_ROOT },
  { technique: 'parent-of-parent' },
  { technique: 'no-exit-signal' },
  { technique: 'vfork' },
  { technique: 'nested-namespace' },
  { technique: 'hydra', count: 4 },
  { technique: 'respawning-pair' },
  { technique: 'deep', count: amountOf({ usually: 60, thoroughly: 150 }) },
  { technique: 'plain', count: amountOf({ usually: 200, thoroughly: 500 }) },
  { technique: 'storm', detail: String(amountOf({ usually: 100, thoroughly: 200 })) },
];

export function titleOf({ technique, count = 1 }: Escape): string {
  return count === 1 ? technique : `${count} x ${technique}`;
}

/** Starts a cast contained and waits until all of it is up. Another mechanism than asked for fails. */
export async function contain(
  cast: Cast,
  containment: ContainmentOptions,
  options: Omit<SpawnOptions, 'stdio'> = {},
): Promise<Contained<ChildProcess>> {
  const [file = '', ...args] = cast.argv;
  const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', 'pipe'];
  const child = spawnContained(file, args, { ...options, stdio, containment });
  cast.holdLifeline(child.stdio[3] as Duplex);
  if (containment.mechanism !== undefined && containment.mechanism !== 'auto') {
    expect(child.tree.mechanism).to.equal(containment.mechanism);
  }
  await cast.ready();
  return child;
}

/** The same uncontained; lives until the scene ends. */
export async function leaveFree(scene: Scene, escape: Escape): Promise<Cast> {
  const control = scene.control(escape);
  await scene.startUncontained(control, control.argv);
  await control.ready();
  return control;
}
