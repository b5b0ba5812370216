// Jobs for holdfast/native: what limits are asked for is checked before the kernel sees it, since an option that is
// misspelt would be a limit that nobody enforces.

import { invalidOption } from '../errors.js';
import type { Job, JobLimits } from './binding.js';

const MOST_PROCESSES = 2 ** 32 - 1; // ActiveProcessLimit is a DWORD
const KNOWN: readonly string[] = ['memory', 'processes', 'cpu'] satisfies (keyof JobLimits)[];

/** Throws a TypeError that names what is wrong. */
export function checkedLimits(limits: unknown): JobLimits {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) throw invalidOption('limits', 'an object', limits);
  for (const key of Object.keys(limits)) {
    if (!KNOWN.includes(key)) throw invalidOption('limits', `only the limits ${KNOWN.join(', ')}`, key);
  }
  const { memory, processes, cpu } = limits as Record<keyof JobLimits, unknown>;
  const terms = { memory: wholeNumber('memory', memory, Number.MAX_SAFE_INTEGER), processes: wholeNumber('processes', processes, MOST_PROCESSES) };
  if (cpu !== undefined && !(typeof cpu === 'number' && cpu > 0 && cpu < Infinity)) {
    throw invalidOption('limits.cpu', 'cores as a positive number', cpu);
  }
  return { ...terms, cpu };
}

/** The same job, which takes only limits that mean something. */
export function withCheckedLimits(job: Job): Job {
  return {
    ...job,
    limit: (limits) => {
      job.limit(checkedLimits(limits));
    },
  };
}

function wholeNumber(name: string, value: unknown, most: number): number | undefined {
  if (value === undefined) return undefined;
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
  if (!fits) throw invalidOption(`limits.${name}`, `an integer from 1 to ${most}`, value);
  return value;
}
