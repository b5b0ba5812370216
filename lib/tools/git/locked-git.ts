// Git, locked down: whatever a repository configures, it starts no other process, asks nobody, writes nothing and
// reaches no network. Why each switch is needed stands in docs/save.md#git-without-surprises.

import { dirname } from 'node:path';

import { runChild, type ToolChildResult } from '../child.js';

const NULL_DEVICE = process.platform === 'win32' ? 'NUL' : '/dev/null';

/** Which configuration is the user's, the user says; all else of git's environment may name another repository. */
const KEPT = /^GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$/;

const ENVIRONMENT = {
  GIT_OPTIONAL_LOCKS: '0', // no index.lock, no rewritten index, no post-index-change hook
  GIT_NO_LAZY_FETCH: '1', // no fetch of what a partial clone left out; git before 2.45 does not know it
  GIT_ALLOW_PROTOCOL: 'none', // and that one is refused any way to fetch
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '', // set, but empty: git would ask there first
  SSH_ASKPASS: '',
  GCM_INTERACTIVE: 'never',
  GIT_SSH_COMMAND: 'false',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'false',
  LC_ALL: 'C',
} as const;

const SETTINGS = [
  'core.fsmonitor=false',
  `core.hooksPath=${NULL_DEVICE}`,
  'gc.auto=0',
  'maintenance.auto=false',
  'credential.helper=',
  'core.askPass=',
  'log.showSignature=false',
  'log.mailmap=false', // mailmap.blob may name an object that a partial clone would fetch
  'diff.external=',
  'protocol.allow=never',
  'status.submoduleSummary=false',
] as const;

export interface GitCall {
  readonly root: string;
  /** Where the repository was found: git is not to find another one further up, whose filters are not known. */
  readonly top: string;
  /** The names of filter drivers to switch off. */
  readonly filters: readonly string[];
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly ignoresTerminate?: boolean | undefined;
}

/** Rejects when there is no git. */
export function runGit(words: readonly string[], call: GitCall): Promise<ToolChildResult> {
  const { root, top, timeoutMs, env, signal, ignoresTerminate } = call;
  const settings = [...SETTINGS, ...call.filters.flatMap(withoutFilter)].flatMap((setting) => ['-c', setting]);
  return runChild({
    file: 'git',
    args: ['--no-pager', '-C', root, ...settings, ...words],
    cwd: dirname(process.execPath), // not the project: Windows looks for programs there first
    env: { ...lockedEnvironment(env), GIT_CEILING_DIRECTORIES: dirname(top) },
    timeoutMs,
    ...(signal !== undefined && { signal }),
    ...(ignoresTerminate !== undefined && { ignoresTerminate }),
  });
}

function withoutFilter(name: string): string[] {
  return [`filter.${name}.clean=`, `filter.${name}.process=`, `filter.${name}.required=false`];
}

function lockedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('GIT_') || KEPT.test(name));
  return { ...Object.fromEntries(kept), ...ENVIRONMENT };
}
