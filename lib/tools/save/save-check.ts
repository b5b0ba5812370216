// saveCheck(): looks at every project once and saves where somebody works, ends what crashes have left behind, and
// sends what waits. One at a time on this machine; when it is done nothing of it is left.

import { join } from 'node:path';

import { afterSaving, type AfterSaving } from './after-saving.js';
import { checkProject, type ProjectReport } from './check-project.js';
import { absolutePath } from '../config/config.js';
import type { Trigger } from './context-record.js';
import { EXIT, type ExitCode } from '../failure.js';
import { lastRunPath, type SaveCheckReport } from './last-run.js';
import { acquireLock, holderOf, type LockHolder } from '../lock.js';
import { replaceFile } from '../private-files.js';
import type { Workplace } from '../workplace.js';

const LOCK_WAIT_MS = 1000;

export interface SaveCheckOptions {
  /** Directories; none: those of the configuration. */
  readonly projects?: readonly string[];
  /** @default 'manual' */
  readonly trigger?: Trigger;
  readonly force?: boolean;
  /** @default true */
  readonly sync?: boolean;
  /**
   * Looks at the projects, and changes nothing: no lock, no file, no clean-up, no sync.
   * @default false
   */
  readonly dryRun?: boolean;
  /**
   * Milliseconds for the whole of it.
   * @default save.budgetMs of the configuration
   */
  readonly budgetMs?: number;
}

/** Never rejects for what is wrong with a project, the remote or the disk: the report tells. */
export async function saveCheck(workplace: Workplace, options: SaveCheckOptions = {}): Promise<SaveCheckReport> {
  const run = new Run(workplace, options);
  if (options.dryRun === true) return run.preview();
  const path = join(workplace.directories.state, 'save-check.lock');
  const lock = await acquireLock(path, { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) return run.busy(holderOf(path));
  try {
    await run.checkAll();
    await run.followUp();
    return run.finish();
  } finally {
    lock.release();
  }
}

class Run {
  readonly #workplace: Workplace;
  readonly #options: SaveCheckOptions;
  readonly #started = performance.now();
  readonly #startedAt = new Date().toISOString();
  readonly #budgetMs: number;
  readonly #deadline: AbortSignal;
  readonly #projects: ProjectReport[] = [];
  #after: AfterSaving = { health: null, sync: null, problems: [] };

  constructor(workplace: Workplace, options: SaveCheckOptions) {
    this.#workplace = workplace;
    this.#options = options;
    this.#budgetMs = options.budgetMs ?? workplace.config.save.budgetMs;
    this.#deadline = AbortSignal.timeout(this.#budgetMs);
  }

  busy(holder: LockHolder | undefined): SaveCheckReport {
    return this.#report('busy', 0, holder);
  }

  async preview(): Promise<SaveCheckReport> {
    await this.checkAll();
    return this.#ended();
  }

  async checkAll(): Promise<void> {
    const { projects = [], trigger = 'manual', force = false, dryRun = false } = this.#options;
    const which = force ? 'any' : 'due';
    for (const root of projects.length > 0 ? projects : this.#configured()) {
      if (this.#deadline.aborted) return;
      const check = checkProject(this.#workplace, root, { trigger, which, dryRun, signal: this.#deadline });
      const report = await check.catch((error: unknown) => {
        if (!this.#deadline.aborted) throw error;
      });
      if (report !== undefined) this.#projects.push(report);
    }
  }

  async followUp(): Promise<void> {
    const budgetMs = this.#budgetMs - (performance.now() - this.#started);
    this.#after = await afterSaving(this.#workplace, { budgetMs, signal: this.#deadline, sync: this.#options.sync });
  }

  /** What the run was like, for `holdfast schedule status` and people. */
  finish(): SaveCheckReport {
    const report = this.#ended();
    try {
      replaceFile(lastRunPath(this.#workplace.directories.state), `${JSON.stringify(report)}\n`);
      return report;
    } catch (error) {
      const problems = [...report.problems, `last-run.json: ${(error as Error).message}`];
      return { ...report, problems, exitCode: report.exitCode === 0 ? EXIT.cannotWrite : report.exitCode };
    }
  }

  #ended(): SaveCheckReport {
    const isLate = this.#deadline.aborted;
    const failed = this.#projects.flatMap(({ exitCode }) => exitCode ?? []);
    const exitCode = isLate ? EXIT.timeout : failed.includes(EXIT.cannotWrite) ? EXIT.cannotWrite : (failed[0] ?? 0);
    return this.#report(isLate ? 'late' : 'done', exitCode);
  }

  #configured(): readonly string[] {
    const { projects } = this.#workplace.config;
    return projects.map((path, at) => absolutePath(path, `projects.${at}`));
  }

  #report(status: SaveCheckReport['status'], exitCode: ExitCode | 0, holder?: LockHolder): SaveCheckReport {
    return {
      status,
      ...(holder !== undefined && { holder }),
      startedAt: this.#startedAt,
      durationMs: Math.round(performance.now() - this.#started),
      projects: this.#projects,
      ...this.#after,
      exitCode,
    };
  }
}
