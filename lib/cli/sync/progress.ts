// A bar on standard error while a sync goes on, where a person looks at a terminal and it takes longer than a second.

import { shownTime } from '../output.js';

export interface ProgressBar {
  readonly show: (done: number, all: number) => void;
  /** Takes it off the screen. */
  readonly end: () => void;
}

const AFTER_MS = 1000;
const EVERY_MS = 200;
const WIDTH = 30;
/** To the left edge, and nothing right of it (ECMA-48: EL). */
const CLEAR = '\r\u001b[K';

export function progressBar(): ProgressBar {
  const { stderr, stdout } = process;
  if (!stderr.isTTY || !stdout.isTTY || process.env['TERM'] === 'dumb') return { show: () => undefined, end: () => undefined };
  const started = performance.now();
  let [done, all, isShown] = [0, 0, false];
  const draw = (): void => {
    const tookMs = performance.now() - started;
    if (tookMs < AFTER_MS || all === 0) return;
    isShown = true;
    stderr.write(CLEAR + lineOf(done, all, tookMs));
  };
  const timer = setInterval(draw, EVERY_MS).unref();
  return {
    show: (...numbers) => void ([done, all] = numbers),
    end: () => {
      clearInterval(timer);
      if (isShown) stderr.write(CLEAR);
    },
  };
}

/** `[#########---------------------] 300 of 1000, 2.3s left`: by what those before took. */
export function lineOf(done: number, all: number, tookMs: number): string {
  const most = Math.max(done, all); // what is saved meanwhile comes on top
  const filled = Math.floor((WIDTH * done) / most);
  const left = done === 0 ? '' : `, ${shownTime((tookMs / done) * (most - done))} left`;
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${done} of ${most}${left}`;
}
