// What an examination of hooks finds.

import type { Agent } from '../events.js';

export interface Finding {
  readonly level: 'OK' | 'WARNING' | 'ERROR';
  readonly agent?: Agent;
  /** What it is about. */
  readonly what: string;
  readonly durationMs?: number;
}
