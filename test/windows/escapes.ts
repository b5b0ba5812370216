// How a member tries to leave a job.

import type { Escape } from '../support/cast.js';

export const ESCAPES: readonly Escape[] = [
  { technique: 'detached' },
  { technique: 'plain' },
  { technique: 'own-console' },
  { technique: 'start-b' },
  { technique: 'parent-exits' },
  { technique: 'breakaway' },
  { technique: 'own-job' },
  { technique: 'silent-breakaway' },
  { technique: 'own-child-by-name' },
];
