// The techniques of `holdfast doctor --gauntlet` on Windows, where a user's machine has cmd.exe and this node.exe.
// Members are detached, or started by a cmd.exe: no control would outlive the job of libuv otherwise
// (docs/gotchas.md#the-job-of-libuv).

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { join } from 'node:path';

/** The program that root and members run: `node PROGRAM ROLE DIRECTORY NAME UNTIL`. */
export const PROGRAM = join(__dirname, 'windows-cast.js');

export interface Part {
  readonly directory: string;
  readonly name: string;
  /** When its life ends at the latest, in ms since 1970. */
  readonly until: number;
}

export interface WindowsTechnique {
  readonly name: string;
  readonly start: (part: Part) => void;
}

const SHELL = process.env['ComSpec'] ?? 'cmd.exe';
const WITHOUT_PIPE: SpawnOptions = { stdio: 'ignore' };
export const WITH_PIPE: SpawnOptions = { stdio: ['ignore', 'ignore', 'ignore', 3] };
const MEMBER = '"%GAUNTLET_NODE%" "%GAUNTLET_PROGRAM%" member "%GAUNTLET_DIRECTORY%" %GAUNTLET_NAME% %GAUNTLET_UNTIL%';

export const WINDOWS_TECHNIQUES: readonly WindowsTechnique[] = [
  { name: 'plain', start: byShell(MEMBER) },
  { name: 'start-b', start: byShell(`start "" /b ${MEMBER}`) },
  { name: 'own-console', start: byShell(`start "" /min ${MEMBER}`) },
  { name: 'parent-exits', start: byShell(`start "" /b "%GAUNTLET_SHELL%" /d /c start "" /b ${MEMBER}`) },
  { name: 'ignore-ctrl-c', start: byShell(`start "" /b ${MEMBER}`) },
  { name: 'detached', start: (part) => startDetached('member', part, WITH_PIPE) },
  { name: 'closed-handles', start: (part) => startDetached('member', part, WITHOUT_PIPE) },
  { name: 'cleared-environment', start: (part) => startDetached('member', part, { ...WITH_PIPE, env: {} }) },
  { name: 'hydra', start: (part) => startDetached('hydra', part, WITH_PIPE) },
];

/** Paths come by the environment: cmd.exe puts them in as they are, where a command line would have to be quoted. */
function byShell(line: string): (part: Part) => void {
  return ({ directory, name, until }) => {
    const env = {
      ...process.env,
      GAUNTLET_SHELL: SHELL,
      GAUNTLET_NODE: process.execPath,
      GAUNTLET_PROGRAM: PROGRAM,
      GAUNTLET_DIRECTORY: directory,
      GAUNTLET_NAME: name,
      GAUNTLET_UNTIL: String(until),
    };
    insist(SHELL, ['/d', '/s', '/c', `"${line}"`], { ...WITH_PIPE, env, windowsVerbatimArguments: true, windowsHide: true });
  };
}

export function startDetached(role: 'root' | 'member' | 'hydra', part: Part, options: SpawnOptions): ChildProcess {
  const { directory, name, until } = part;
  const words = [PROGRAM, role, directory, name, String(until)];
  const child = insist(process.execPath, words, { ...options, detached: true });
  child.unref();
  return child;
}

/** A start may be refused for no reason: docs/windows.md#what-this-version-does-not-do-on-windows. */
function insist(file: string, args: readonly string[], options: SpawnOptions, tries = 3): ChildProcess {
  try {
    return spawn(file, args, options);
  } catch (error) {
    if (tries === 1) throw error;
    return insist(file, args, options, tries - 1);
  }
}
