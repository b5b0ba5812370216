// What this process has learned about the mechanisms of its machine: one that was passed over for a lasting reason
// is not tried again with every launch.

import type { Mechanism } from '../types.js';
import { fieldsOf, wordOf } from './facts.js';

// A mechanism that failed for want of memory, descriptors or processes may work the next time.
const LASTING = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOSYS', 'EROFS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL']);

const passedOver = new Set<Mechanism>();
let isWarned = false;

export function remember(lines: readonly string[]): void {
  for (const line of lines) {
    if (wordOf(line) !== 'passed-over') continue;
    const [mechanism = '', call = '', code = ''] = fieldsOf(line);
    if (call === 'JOB_LIST') warnOfSuspendedStart();
    else if (LASTING.has(code)) passedOver.add(mechanism as Mechanism);
  }
}

/** The job is not passed over, only the way into it. */
function warnOfSuspendedStart(): void {
  if (isWarned) return;
  isWarned = true;
  process.emitWarning('this system takes no list of jobs: a root is created suspended, put into its job, and resumed', {
    type: 'HoldfastWarning',
    code: 'HOLDFAST_SUSPENDED_START',
  });
}

/** The candidates worth a try. When none is left all are tried, so that the refusal says why. */
export function worthTrying(candidates: readonly Mechanism[]): readonly Mechanism[] {
  const left = candidates.filter((mechanism) => !passedOver.has(mechanism));
  return left.length > 0 ? left : candidates;
}
