// The report of the last save-check, which stays for whoever asks later.

import { join } from 'node:path';

import { readFileIfAny } from '../private-files.js';
import type { SaveCheckReport } from './save-check.js';

export function lastRunPath(state: string): string {
  return join(state, 'last-run.json');
}

/** Undefined where there was none, or what is there is no report: the next run writes it anew. */
export function lastRunIn(state: string): SaveCheckReport | undefined {
  const text = readFileIfAny(lastRunPath(state));
  if (text === undefined) return undefined;
  try {
    const report = JSON.parse(text) as SaveCheckReport | null;
    return Array.isArray(report?.projects) && typeof report.startedAt === 'string' ? report : undefined;
  } catch {
    return undefined; // damaged, or by somebody else
  }
}
