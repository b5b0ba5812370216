// The report of the last save-check, which stays for whoever asks later.

import { join } from 'node:path';

import { readFileIfAny } from '../private-files.js';
import type { AfterSaving } from './after-saving.js';
import type { ProjectReport } from './check-project.js';
import type { ExitCode } from '../failure.js';
import type { LockHolder } from '../lock.js';

export interface SaveCheckReport extends AfterSaving {
  /** `late`: the budget was used up before all was done. */
  readonly status: 'done' | 'late' | 'busy';
  /** Who is at it, when `busy`. */
  readonly holder?: LockHolder;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly projects: readonly ProjectReport[];
  /** What went wrong beside the projects. */
  readonly problems: readonly string[];
  readonly exitCode: ExitCode | 0;
}

export function lastRunPath(state: string): string {
  return join(state, 'last-run.json');
}

/** Undefined where there was none, or what is there is no report: the next run writes it anew. */
export function lastRunIn(state: string): SaveCheckReport | undefined {
  const text = readFileIfAny(lastRunPath(state));
  if (text === undefined) return undefined;
  try {
    const report: unknown = JSON.parse(text);
    return isReport(report) ? report : undefined;
  } catch {
    return undefined; // damaged, or by somebody else
  }
}

/** As far as it is read: somebody else may have written there. */
function isReport(found: unknown): found is SaveCheckReport {
  const { startedAt, projects, problems } = (found ?? {}) as Record<string, unknown>;
  const areObjects = Array.isArray(projects) && projects.every((project) => typeof project === 'object' && project !== null);
  return areObjects && Array.isArray(problems) && !Number.isNaN(Date.parse(String(startedAt)));
}
