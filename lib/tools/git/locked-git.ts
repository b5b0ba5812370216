// Git, locked down: it knows no configuration but that of the stand-in, so whatever a repository configures, it starts
// no other process, asks nobody and reaches no network. What each part is for: docs/save.md#git-without-surprises.

import { dirname, join } from 'node:path';

import { runChild, type ToolChildResult } from '../child.js';
import type { Repository } from './repository.js';

export interface GitCall {
  readonly root: string;
  readonly repository: Repository;
  /** Of stand-in.ts. */
  readonly standIn: string;
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly ignoresTerminate?: boolean | undefined;
}

/** Rejects when there is no git. */
export function runGit(words: readonly string[], call: GitCall): Promise<ToolChildResult> {
  const { root, timeoutMs, env, signal, ignoresTerminate } = call;
  return runChild({
    file: 'git',
    args: ['--no-pager', '-C', root, ...words],
    cwd: dirname(process.execPath), // not the project: Windows looks for programs there first
    env: { ...withoutGit(env), ...environmentFor(call) },
    timeoutMs,
    ...(signal !== undefined && { signal }),
    ...(ignoresTerminate !== undefined && { ignoresTerminate }),
  });
}

function environmentFor({ repository, standIn }: GitCall): NodeJS.ProcessEnv {
  const { top, gitDir, commonDir, isBare } = repository;
  return {
    GIT_DIR: standIn,
    ...(!isBare && { GIT_WORK_TREE: top, GIT_INDEX_FILE: join(gitDir, 'index') }),
    GIT_OBJECT_DIRECTORY: join(commonDir, 'objects'),
    // Nor that of the user and the system, whose filters a repository could name. Git before 2.32 knows no other way.
    HOME: standIn,
    XDG_CONFIG_HOME: standIn,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0', // no index.lock, no rewritten index
    LC_ALL: 'C',
  };
}

/** All of git's own environment may name another repository, or a program. */
function withoutGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('GIT_')));
}
