// The techniques of `holdfast doctor --gauntlet` outside of Windows: shell scripts, since a machine has a shell and
// no compiler. Each has a heartbeat of its own and a life of at most ten seconds, and ends when its directory is gone.

import type { Technique } from './system.js';

export interface ShellTechnique extends Technique {
  /** Shell words that start the member; `$1` is the directory, `$2` the name of the technique. */
  readonly start: string;
  /** It does not go on beating: only its identity shows that it is there. */
  readonly silent?: boolean;
}

export const SHELL_TECHNIQUES: readonly ShellTechnique[] = [
  { name: 'plain', start: 'sh "$1/member" "$1" "$2" &' },
  { name: 'setsid', needs: 'setsid', start: 'setsid sh "$1/member" "$1" "$2" &' },
  { name: 'double-fork', needs: 'setsid', start: '( setsid sh "$1/member" "$1" "$2" & )' },
  { name: 'closed-descriptors', start: 'sh "$1/member" "$1" "$2" 0<&- 1>&- 2>&- 3>&- &' },
  { name: 'ignore-signals', start: 'trap "" HUP INT QUIT TERM USR1 USR2; sh "$1/member" "$1" "$2" & trap - HUP INT QUIT TERM USR1 USR2' },
  { name: 'nohup', needs: 'nohup', start: 'nohup sh "$1/member" "$1" "$2" >/dev/null 2>&1 &' },
  { name: 'cleared-environment', start: 'env -i PATH="$PATH" sh "$1/member" "$1" "$2" &' },
  { name: 'unmarked-daemon', needs: 'setsid', start: '( env -i PATH="$PATH" setsid sh "$1/member" "$1" "$2" & )' },
  { name: 'stopped', needs: 'setsid', start: 'setsid sh "$1/stopped" "$1" "$2" &', silent: true },
  { name: 'hydra', start: 'sh "$1/hydra" "$1" "$2" 0 &' },
];

/** Written into the directory of an attempt. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  member: 'n=0; while [ $n -lt 100 ] && [ -d "$1" ]; do n=$((n+1)); echo >> "$1/$2.beats"; sleep 0.1; done 2>/dev/null',
  stopped: 'echo >> "$1/$2.beats"; kill -STOP $$',
  // Each generation starts the next and ends.
  hydra: '[ -d "$1" ] && [ "$3" -lt 400 ] || exit; echo >> "$1/$2.beats"; sleep 0.02; sh "$1/hydra" "$1" "$2" $(($3+1)) &',
};

/** Starts every technique that can be started here; then waits for the word to exit with code 7. */
export function rootScript(techniques: readonly ShellTechnique[]): string {
  const starts = techniques.map(({ name, start }) => `set -- "$1" ${name}; ${start}`);
  return [...starts, 'while [ ! -e "$1/exit" ]; do sleep 0.02; done; exit 7'].join('\n');
}
