// Whoever can start a program: plain child_process, holdfast with each mechanism that works here, and the peers
// that are installed.

import { execFileSync, spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';

import { spawnContained, type Mechanism, type Tree } from '#lib/index.js';
import { guardPath } from '#lib/addon/native-files.js';

export interface Contender {
  readonly name: string;
  start(command: string, args: readonly string[], stdio: StdioOptions): ChildProcess & { readonly tree?: Tree };
}

export const PLAIN: Contender = {
  name: 'child_process.spawn',
  start: (command, args, stdio) => spawn(command, args, { stdio }),
};

export function contained(mechanism: Mechanism): Contender {
  return {
    name: `holdfast ${mechanism}`,
    start: (command, args, stdio) => spawnContained(command, args, { stdio, containment: { mechanism } }),
  };
}

/** The mechanisms that work on this machine, as the guard's own probe finds them. */
export function workingMechanisms(): Mechanism[] {
  const lines = execFileSync(guardPath(), ['probe'], { encoding: 'utf8' }).trim().split('\n');
  const probes = lines.map((line) => JSON.parse(line) as { probe: string; name: Mechanism; works: boolean });
  return probes.filter(({ probe, works }) => probe === 'mechanism' && works).map(({ name }) => name);
}

const PEERS: readonly { name: string; command: string; args: readonly string[] }[] = [
  { name: 'setpriv --pdeathsig', command: 'setpriv', args: ['--pdeathsig', 'KILL', '--'] },
  { name: 'tini -s -g -p', command: 'tini', args: ['-s', '-g', '-p', 'SIGKILL', '--'] },
  { name: 'bwrap --unshare-pid', command: 'bwrap', args: ['--dev-bind', '/', '/', '--unshare-pid', '--die-with-parent'] },
];

export function installedPeers(): Contender[] {
  const works = PEERS.filter(({ command, args }) => spawnSync(command, [...args, 'true']).status === 0);
  return works.map(({ name, command, args }) => ({
    name,
    start: (program, rest, stdio) => spawn(command, [...args, program, ...rest], { stdio }),
  }));
}
