// One look at one project: idle, unchanged, saved lately, or saved. Only the last one starts processes.

import { basename } from 'node:path';

import { activityOf, type Sign } from './activity.js';
import { EXIT, ToolFailure, type ExitCode } from '../failure.js';
import { openProject } from '../project.js';
import { saveContext, type SaveRequest, type SaveResult } from './save-context.js';
import type { Workplace } from '../workplace.js';

export interface ProjectReport {
  readonly name: string;
  readonly root: string;
  /**
   * `idle`: nothing has changed within the window. `unchanged`: nothing since the last look, or nothing that matters.
   * `recent`: the last save is younger than `minIntervalSeconds`. `would-save`: it was not to be saved, only looked at.
   */
  readonly outcome: 'saved' | 'would-save' | 'unchanged' | 'recent' | 'idle' | 'failed';
  readonly id?: string;
  /** Files that git tells as changed. */
  readonly files?: number;
  /** Processes of git that were started. */
  readonly children: number;
  readonly durationMs: number;
  readonly warnings: readonly string[];
  readonly signs: readonly Sign[];
  /** Why it failed. */
  readonly problem?: string;
  readonly exitCode?: ExitCode;
}

export interface ProjectCheck extends Omit<SaveRequest, 'root'> {
  /**
   * What is saved. `due`: where somebody works, something has changed, and the last save is old enough. `changed`:
   * where something has changed since the last look. `any`: whatever it is.
   * @default 'due'
   */
  readonly which?: 'due' | 'changed' | 'any';
  /**
   * Looks, and saves nothing.
   * @default false
   */
  readonly dryRun?: boolean;
}

type Facts = Omit<ProjectReport, 'name' | 'durationMs'>;

/** Rejects only when the signal aborts: what is wrong with one project is nothing to the others. */
export async function checkProject(workplace: Workplace, root: string, check: ProjectCheck): Promise<ProjectReport> {
  const started = performance.now();
  const report = (facts: Facts): ProjectReport => ({
    name: basename(facts.root),
    ...facts,
    durationMs: Math.round(performance.now() - started),
  });
  try {
    return report(await look(workplace, root, check));
  } catch (error) {
    check.signal?.throwIfAborted();
    const exitCode = error instanceof ToolFailure ? error.exitCode : EXIT.notDone;
    const problem = (error as Error).message;
    return report({ root, outcome: 'failed', children: 0, warnings: [], signs: [], problem, exitCode });
  }
}

async function look(workplace: Workplace, directory: string, check: ProjectCheck): Promise<Facts> {
  const { which = 'due', dryRun = false, ...request } = check;
  const { store, config } = workplace;
  const project = await openProject(directory, config);
  const { root, warnings } = project;
  const { isActive, signs, mark } = await activityOf(project, config.activity);
  const seen = store.seenOf(root);
  const rest = { root, signs, warnings, children: 0 } as const;
  if (which === 'due' && !isActive) return { ...rest, outcome: 'idle' };
  if (which !== 'any' && seen?.mark === mark) return { ...rest, outcome: 'unchanged' };
  if (which === 'due') {
    const age = Date.now() - (seen?.savedAt ?? 0);
    // An age below zero: the clock was set back, and the last save says nothing.
    if (age >= 0 && age < project.minIntervalSeconds * 1000) return { ...rest, outcome: 'recent' };
  }
  if (dryRun) return { ...rest, outcome: 'would-save' };
  const { outcome, record, ...save } = await saveSeen(workplace, { root, project, ...request }, mark);
  const { id, git } = record;
  const files = git === null ? {} : { files: git.files.length };
  return { ...rest, ...files, outcome, id, children: save.children, warnings: save.warnings };
}

/**
 * Saves, and notes what the (real) root looked like before: what changes meanwhile is seen next time. What git did not
 * tell is asked again.
 */
export async function saveSeen(workplace: Workplace, request: SaveRequest, mark: string): Promise<SaveResult> {
  const { store } = workplace;
  const result = await saveContext(workplace, request);
  const isNew = result.outcome === 'saved' || !result.gitAnswered;
  const savedAt = isNew ? Date.now() : (store.seenOf(request.root)?.savedAt ?? 0);
  store.noteSeen(request.root, { mark: result.gitAnswered ? mark : '', savedAt });
  return result;
}
