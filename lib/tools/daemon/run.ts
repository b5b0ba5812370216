// The daemon itself: holds its lock for as long as it lives, looks at its projects at intervals, cleans up and sends
// after each look as save-check does, and saves a last time when it is asked to end. It starts nothing but what these
// start, each contained by this process; its own end comes from outside, by the guard of its tree or by whoever runs it
// in the foreground.

import { setTimeout as delay } from 'node:timers/promises';

import { afterSaving, healthLines, type Line } from '../save/after-saving.js';
import { acquireLock } from '../lock.js';
import type { LogLevel } from '../log.js';
import type { Workplace } from '../workplace.js';
import { checkProjects, type CheckOptions } from './check.js';
import { placeOf, writeNotes, type DaemonNotes, type DaemonPlace } from './place.js';

/** The guard kills what is left after its grace: LAST_SAVE_MS and a margin. */
export const DAEMON_GRACE_MS = 1700;
const LAST_SAVE_MS = 1200;
const LOCK_WAIT_MS = 500;

export interface DaemonRun {
  readonly workplace: Workplace;
  /** Absolute; none: those of the configuration. */
  readonly projects: readonly string[];
  readonly intervalMs: number;
  /** Told once the lock is held. */
  readonly onRunning: () => void;
}

/** Resolves with `busy` when another daemon of these projects runs, and with `ended` after the last save. */
export async function runDaemon(run: DaemonRun): Promise<'busy' | 'ended'> {
  const place = placeOf(run.workplace, run.projects);
  const lock = await acquireLock(place.lock, { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) return 'busy';
  const stop = stopRequest();
  run.onRunning();
  const log = (level: LogLevel, message: string): void => run.workplace.log.write(level, 'save-daemon', message);
  log('OK', `runs every ${run.intervalMs / 1000} s`);
  const watch = new Watch(run, place, log);
  while (!stop.aborted) {
    await watch.look('usual', stop);
    await delay(run.intervalMs, undefined, { signal: stop }).catch(() => undefined); // asked to end
  }
  await watch.look('last', AbortSignal.timeout(LAST_SAVE_MS));
  log('OK', 'ended');
  lock.release();
  return 'ended';
}

/** Windows sends SIGBREAK where other systems send SIGTERM, and SIGHUP when a console is closed. */
function stopRequest(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const) {
    if (signal !== 'SIGBREAK' || process.platform === 'win32') process.on(signal, () => stop.abort());
  }
  return stop.signal;
}

class Watch {
  readonly #run: DaemonRun;
  readonly #place: DaemonPlace;
  readonly #log: (level: LogLevel, message: string) => void;
  #notes: DaemonNotes;
  #told: readonly string[] = [];

  constructor(run: DaemonRun, place: DaemonPlace, log: (level: LogLevel, message: string) => void) {
    this.#run = run;
    this.#place = place;
    this.#log = log;
    const { intervalMs } = run;
    this.#notes = { pid: process.pid, startedAt: Date.now(), intervalMs, checkedAt: null, savedAt: null, result: '' };
    this.#tell({});
  }

  /** One check, whose failure ends nothing: the next one may do. */
  async look(look: CheckOptions['look'], signal: AbortSignal): Promise<void> {
    const { workplace, projects } = this.#run;
    const started = performance.now();
    try {
      const { saved, summary } = await checkProjects(workplace, { projects, signal, look });
      if (saved > 0) this.#log('OK', summary);
      this.#tell({ checkedAt: Date.now(), result: summary, ...(saved > 0 && { savedAt: Date.now() }) });
      if (look === 'usual') await unlessAborted(signal, this.#followUp(signal, started));
    } catch (error) {
      if (signal.aborted) return; // the last look follows, or was cut off
      this.#log('ERROR', String(error));
      this.#tell({ checkedAt: Date.now(), result: String(error) });
    }
  }

  /** What is as it was after the look before is not told again; a sync tells itself. */
  async #followUp(signal: AbortSignal, started: number): Promise<void> {
    const { workplace } = this.#run;
    const budgetMs = workplace.config.save.budgetMs - (performance.now() - started);
    const { health, problems } = await afterSaving(workplace, { budgetMs, signal });
    const lines = [...problems.map((text): Line => ({ level: 'WARNING', text })), ...healthLines(health)];
    for (const { level, text } of lines) if (!this.#told.includes(text)) this.#log(level, text);
    this.#told = lines.map(({ text }) => text);
  }

  #tell(news: Partial<DaemonNotes>): void {
    this.#notes = { ...this.#notes, ...news };
    try {
      writeNotes(this.#place, this.#notes);
    } catch (error) {
      this.#log('ERROR', `cannot tell how it stands: ${String(error)}`);
    }
  }
}

/** Resolves at once when the signal aborts: a clean-up cannot be stopped, and need not be waited for. */
function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve();
    signal.addEventListener('abort', giveUp, { once: true });
    const settled = work.finally(() => signal.removeEventListener('abort', giveUp));
    settled.then(resolve, reject);
  });
}
