// remoteContext(): the newest context of a project that the remote holds, whichever machine has saved it.

import { basename } from 'node:path';

import { EXIT, ToolFailure } from '../failure.js';
import { originRepositoryOf } from '../git/git-state.js';
import { projectRootOf } from '../project.js';
import type { ContextRecord } from '../save/context-record.js';
import type { ProjectName } from '../save/project-key.js';
import type { Workplace } from '../workplace.js';
import { openTarget } from './remote.js';
import type { Found } from './target.js';

export interface RemoteContextOptions {
  /**
   * Absolute or below where the process is.
   * @default the current one
   */
  readonly directory?: string;
  /** Instead of the one of the configuration. */
  readonly remote?: string;
  /**
   * Milliseconds for the whole of it.
   * @default sync.budgetMs of the configuration
   */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Of the repository that holds a directory, wherever else it is cloned; without a repository that came from somewhere,
 * of any directory of that name. Resolves with undefined when the remote holds none. Rejects with ToolFailure: 1 when
 * there is no such directory, 69 when the remote is away, 75 when it is to be asked later, 78 for the configuration.
 */
export async function remoteContext(
  { config }: Workplace,
  { directory = process.cwd(), remote, budgetMs = config.sync.budgetMs, signal }: RemoteContextOptions = {},
): Promise<ContextRecord | undefined> {
  const deadline = performance.now() + budgetMs;
  if (remote === undefined && config.sync.remote === null) {
    throw new ToolFailure(EXIT.badConfiguration, 'sync.remote: no remote is configured to ask (--remote URL names one)');
  }
  const root = await projectRootOf(directory);
  const project: ProjectName = { name: basename(root), repo: await originRepositoryOf(root) };
  const target = openTarget(config.sync, remote);
  try {
    const found = await target.newest(project, { deadline, signal: signal ?? new AbortController().signal });
    if (found.kind === 'found') return found.record;
    throw new ToolFailure(EXIT_CODES[found.kind], `${target.name}: ${found.reason}`);
  } finally {
    target.close();
  }
}

const EXIT_CODES = {
  misconfigured: EXIT.badConfiguration,
  unreachable: EXIT.unavailable,
  paused: EXIT.tryAgain,
  postponed: EXIT.tryAgain,
} as const satisfies Readonly<Record<Exclude<Found['kind'], 'found'>, number>>;
