// Trees whose owner and guard are killed in the same instant, so that members and a record nobody locks remain.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Cast, Escape } from './cast.js';
import { eventually } from './eventually.js';
import { writeToFifo } from './fifo.js';
import { frontArgv } from './front.js';
import { HOME, guardsBelow, records } from './leaks.js';
import type { LinuxMechanism } from './mechanisms.js';
import { startOwner } from './owner.js';
import { identityOf, processLine, readProcFile, type ProcessIdentity } from './proc.js';
import { endTogether, type Scene } from './scene.js';

/** The mechanisms under which members survive such a crash. */
export const CRASHABLE: readonly LinuxMechanism[] = ['cgroup', 'subreaper', 'group'];

export interface Crashed {
  readonly cast: Cast;
  /** The path of its record. */
  readonly record: string;
  readonly id: string;
}

export interface ManyCrashed {
  readonly cast: Cast;
  readonly ids: readonly string[];
}

/** Fronts and guards of many trees killed in the same instant; all beat together. */
export async function crashTogether(scene: Scene, count: number, options: string[] = []): Promise<ManyCrashed> {
  const cast = scene.cast({ technique: 'setsid', roots: count });
  const fronts = Array.from({ length: count }, () => scene.startHolding(cast, frontArgv(options, cast.argv)));
  await cast.ready();
  const names = records().filter((name) => name.endsWith('.tree'));
  const guards = names.map((name) => identityOf(Number(recordField(join(HOME, 'run', name), 'guard').split(' ')[0])));
  await endTogether({ guards, owners: fronts.map(({ identity }) => identity) });
  await cast.provenAlive();
  return { cast, ids: names.map((name) => name.slice(0, -'.tree'.length)) };
}

export interface CrashedAround {
  readonly cast: Cast;
  /** The root, a shell, which has made the call. */
  readonly root: ProcessIdentity;
  /** What the call has printed, and `exit CODE`. */
  readonly said: string;
}

/** A tree crashes, and then its root, beside the cast, makes a call and lives on. */
export async function crashAround(scene: Scene, mechanism: LinuxMechanism, call: string): Promise<CrashedAround> {
  const cast = scene.cast({ technique: 'setsid' });
  const [go, out] = [scene.path('go'), scene.path('out')];
  execFileSync('mkfifo', [go]);
  const script = `"$@" & exec 3>&-; read word < ${go}; ${call} > ${out}; echo "exit $?" >> ${out}; exec cat ${go}`;
  const root = ['sh', '-c', script, 'sh', ...cast.argv];
  const front = scene.startHolding(cast, frontArgv(['--mechanism', mechanism], root));
  await cast.ready();
  const record = join(HOME, 'run', records().find((name) => name.endsWith('.tree')) ?? '');
  const inRecord = (who: string): ProcessIdentity => identityOf(Number(recordField(record, who).split(' ')[0]));
  await eventually('the record names the root', () => recordField(record, 'root') !== '');
  const crashed = { cast, root: inRecord('root') };
  await endTogether({ guards: [inRecord('guard')], owners: [front.identity] });
  await writeToFifo(go, 'now\n');
  const said = (): string => readProcFile(out) ?? '';
  await eventually('the member has made its call', () => said().includes('exit '));
  return { ...crashed, said: said() };
}

/** What a line of a record says. */
export function recordField(path: string, key: string): string {
  return new RegExp(`^${key} (.*)$`, 'm').exec(readFileSync(path, 'latin1'))?.[1] ?? '';
}

/**
 * Starts a cast in an owner of its own and kills owner and guard; the members are shown to live on where they can. Ends
 * earlier ones: the owner spawns contained.
 */
export async function crash(
  scene: Scene,
  escape: Escape,
  mechanism: LinuxMechanism,
  plan: Parameters<typeof startOwner>[2] = {},
): Promise<Crashed> {
  const before = new Set(records());
  const cast = scene.cast(escape);
  const owner = await startOwner(scene, cast, { ...plan, containment: { mechanism, ...plan.containment } });
  const isItsGuard = ({ pid }: ProcessIdentity): boolean => processLine(pid)?.ppid === owner.identity.pid;
  const guards = (await guardsBelow(owner.identity.pid)).filter(isItsGuard);
  await endTogether({ guards, owners: [owner.identity] });
  if (CRASHABLE.includes(mechanism)) await cast.provenAlive();
  const name = records().find((one) => one.endsWith('.tree') && !before.has(one)) ?? '';
  return { cast, record: join(HOME, 'run', name), id: name.slice(0, -'.tree'.length) };
}
