// Waiting for facts. Tests never wait for time to pass.

import { scheduler } from 'node:timers/promises';

const POLL_MS = 5;
/** More than what a machine needs that is many times slower: it is spent only where a promise is broken. */
export const PATIENCE_MS = Number(process.env['HOLDFAST_TEST_PATIENCE_MS'] ?? 60_000);

/** Resolves with the first value of `fact` that is neither false nor undefined. */
export async function eventually<T>(
  promise: string,
  fact: () => T | false | undefined | Promise<T | false | undefined>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await fact();
    if (value !== false && value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`still not true after ${patienceMs} ms: ${promise}`);
    await scheduler.wait(POLL_MS);
  }
}

/** Fails with a message of its own instead of letting the runner time out. */
export async function within<T>(promise: string, work: Promise<T>, patienceMs: number = PATIENCE_MS): Promise<T> {
  const enough = new AbortController();
  const deadline = scheduler.wait(patienceMs, { signal: enough.signal }).then(
    () => {
      throw new Error(`not done after ${patienceMs} ms: ${promise}`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([work, deadline]);
  } finally {
    enough.abort();
  }
}
