// Stops waiting for what cannot be stopped: a call to a file system that hangs.
//
// Node does such calls on threads of libuv's pool. One that hangs in the kernel is never given back; what is worse,
// exit(3) joins the threads of the pool, so a process with a hung call does not end, not even by process.exit(). Who
// has given up on a call has to end by `endDespiteHungCalls()`.

import { exitAtOnce } from '../native-api.js';
import { tellIfBudgetSpent } from './budget.js';

let given = 0;

/** Rejects with a DeadlinePassed when the work is not done by then. The work itself goes on, unheard. */
export async function withinDeadline<Result>(work: Promise<Result>, ms: number, what: string): Promise<Result> {
  const waiting = { timer: undefined as NodeJS.Timeout | undefined };
  const late = new Promise<never>((_, reject) => {
    waiting.timer = setTimeout(() => {
      given += 1;
      const back = (): void => void (given -= 1);
      work.then(back, back);
      reject(new DeadlinePassed(`${what}: no answer within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(waiting.timer);
  }
}

/** A call that was not waited for any longer. */
export class DeadlinePassed extends Error {}

/**
 * Ends this process where exit(3) would wait for ever. What was printed has been written by then, but for what a pipe
 * does not take.
 */
export function endDespiteHungCalls(): void {
  if (given === 0) return;
  tellIfBudgetSpent();
  exitAtOnce(Number(process.exitCode ?? 0));
}
