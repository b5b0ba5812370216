// What an attempt needs around it: an ordinary user, a /proc that hides, a PID namespace, a broker.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';

import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { NEEDS_ROOT } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import type { Scene } from '../support/scene.js';
import type { Place } from './place.js';

/** A uid that is nobody's. */
const ORDINARY = 64320;
const AS_ORDINARY = ['setpriv', '--reuid', String(ORDINARY), '--regid', String(ORDINARY), '--clear-groups', '--inh-caps=-all'];

function inMountNamespace(mount: string): string[] {
  return ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', `${mount} && exec "$@"`, 'sh'];
}

let reachable: boolean | undefined;

/** Why root cannot let an ordinary user own a tree here. */
export function whyNoOrdinaryUser(): string | undefined {
  if (NEEDS_ROOT !== undefined) return NEEDS_ROOT;
  const [command = '', ...words] = AS_ORDINARY;
  reachable ??= spawnSync(command, [...words, 'test', '-r', `${PROJECT_ROOT}/package.json`]).status === 0;
  return reachable ? undefined : 'another user cannot read the project where it is';
}

function whyNoMount(mount: string): string | undefined {
  const [command = '', ...words] = inMountNamespace(mount);
  const { status, stderr } = spawnSync(command, [...words, 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : `cannot ${mount}: ${stderr.trim()}`;
}

/** Why no stranger can be started under a pid of one's choice. */
export function whyNoStrangers(): string | undefined {
  if (NEEDS_ROOT !== undefined) return NEEDS_ROOT;
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `unshare cannot make a PID namespace: ${String(error)}`;
  }
}

export interface Surroundings {
  /** Why they cannot be had here. */
  missing(): string | undefined;
  /** The words that put a program there. */
  enter(place: Place): string[];
}

const HIDING = 'mount -t proc -o hidepid=2 proc /proc';
const WITHOUT_PROC = 'mount -t tmpfs none /proc';

export const AROUND = {
  nothing: { missing: () => undefined, enter: () => [] },
  ordinaryUser: { missing: whyNoOrdinaryUser, enter: asOrdinaryUser },
  hidingProc: {
    missing: () => whyNoOrdinaryUser() ?? whyNoMount(HIDING),
    enter: (place) => [...inMountNamespace(HIDING), ...asOrdinaryUser(place)],
  },
  withoutProc: {
    missing: () => NEEDS_ROOT ?? whyNoMount(WITHOUT_PROC),
    enter: () => inMountNamespace(WITHOUT_PROC),
  },
  /** In a PID namespace with the /proc of the one around it. */
  foreignProc: {
    missing: whyNoStrangers,
    enter: () => ['unshare', '--pid', '--fork', '--kill-child'],
  },
  /** HOLDFAST_HOME is a file, so that no record can be written. */
  withoutHome: {
    missing: () => undefined,
    enter: () => ['env', 'HOLDFAST_HOME=/dev/null/nowhere'],
  },
} satisfies Readonly<Record<string, Surroundings>>;

function asOrdinaryUser(place: Place): string[] {
  place.giveTo(ORDINARY);
  return AS_ORDINARY;
}

/** A PID namespace whose init starts strangers under pids that have become free: reuse.c. */
export function whereStrangersAppear(strangers: string, as: 'leader' | 'group'): Surroundings {
  return { missing: whyNoStrangers, enter: () => [fixture('reuse'), strangers, as] };
}

/** The escapee as a setuid program of root. */
export function setuidEscapee(scene: Scene): string {
  const copy = scene.path('setuid-escapee');
  copyFileSync(fixture('escapee'), copy);
  chmodSync(copy, 0o4755);
  return copy;
}

/** A broker that is there before anybody asks it. Ends with its scene. */
export async function startBroker(scene: Scene): Promise<string> {
  const socket = scene.path('broker');
  const broker = scene.start([fixture('broker'), socket], { stdio: ['pipe', 'pipe', 'pipe'] });
  await eventually('the broker serves', () => broker.output.startsWith('ready'));
  return socket;
}
