// What waits to be sent, in words.

import type { Pending } from '../../tools/sync/pending.js';
import { shownTime } from '../output.js';

export function waitingIn({ outbox, oldestMs }: Pending): string {
  return oldestMs === null ? String(outbox) : `${outbox}, the oldest for ${shownTime(oldestMs)}`;
}

export function pauseLines({ retryAt, reason }: Pending): string[] {
  return retryAt === null ? [] : [`[WARNING] left alone for ${shownTime(Math.max(0, retryAt - Date.now()))}: ${reason ?? ''}`];
}
