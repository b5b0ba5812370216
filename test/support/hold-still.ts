// Guards that say nothing: traced, and held still by the tracer, so that no SIGCONT changes it. Only root may do that.

import { eventually } from './eventually.js';
import { fixture } from './fixtures.js';
import { identityOf, processLine, type ProcessIdentity } from './proc.js';
import type { Scene, Started } from './scene.js';

/** The guard of a tree that this process has started: its child, among the ancestors of the root. */
export function guardOf({ pid }: { readonly pid?: number | undefined }): ProcessIdentity {
  let at = pid ?? 0;
  for (let parent = parentOf(at); parent !== process.pid; parent = parentOf(at)) at = parent;
  return identityOf(at);
}

function parentOf(pid: number): number {
  const parent = processLine(pid)?.ppid;
  if (parent === undefined || parent <= 1) throw new Error(`${pid} is not below this process`);
  return parent;
}

/** Until they are dead, or their tracer is. */
export async function holdStill(scene: Scene, guards: readonly ProcessIdentity[]): Promise<Started> {
  const tracer = scene.start([fixture('tracer'), 'hold', ...guards.map(({ pid }) => String(pid))]);
  await eventually('the guards are held still', () => {
    if (tracer.child.exitCode !== null) throw new Error('the tracer could not hold them');
    return tracer.output === 'held\n';
  });
  return tracer;
}
