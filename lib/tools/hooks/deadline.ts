// The time that a hook may take, counted from the start of the process: first its work is aborted, then it leaves in
// any case, if the event loop runs (run-hook.ts sees to it otherwise).

/** Until the configuration is read. */
const DEFAULT_BUDGET_MS = 1500;
/** From the decision to leave until the process is gone, on a busy machine. */
const LEAVING_MS = 120;
/** From the abortion of the work until it has ended tidily. */
const TIDYING_MS = 80;
/**
 * What is left for work at least, however long this machine took to start Node: the save itself takes some
 * milliseconds, and a context that was not saved is lost.
 */
const LEAST_WORK_MS = 300;
/** What a save that has begun may take longer, on a machine that is so busy that it needs that. */
const LONGER_MS = 1000;

export class Deadline {
  readonly #leave: () => void;
  readonly #abort = new AbortController();
  readonly #began = performance.now();
  #timers: readonly NodeJS.Timeout[] = [];
  #workUntil = 0;
  #isFinishing = false;
  #isOver = false;

  constructor(leave: () => void) {
    this.#leave = leave;
    this.set(DEFAULT_BUDGET_MS);
  }

  /** Aborts when the work has to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Milliseconds for work. */
  get msLeft(): number {
    return Math.max(0, this.#workUntil - performance.now());
  }

  /** Milliseconds until this has ended the process at the latest, if the event loop runs. */
  get msToEnd(): number {
    return this.msLeft + TIDYING_MS + LONGER_MS + LEAVING_MS;
  }

  /** Work that is not broken off when the time is over, but left to end for a while. */
  async finish<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#isFinishing = true;
    try {
      return await work();
    } finally {
      this.#isFinishing = false;
      if (this.#isOver) this.#leave();
    }
  }

  /** The budget of the whole process. */
  set(budgetMs: number): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#workUntil = Math.max(budgetMs - LEAVING_MS - TIDYING_MS, this.#began + LEAST_WORK_MS);
    const leaveAt = this.#workUntil + TIDYING_MS;
    const at = (moment: number, work: () => void): NodeJS.Timeout =>
      setTimeout(work, Math.max(0, moment - performance.now()));
    const reason = new Error(`the ${budgetMs} ms of a hook are used up`);
    this.#timers = [at(this.#workUntil, () => this.#abort.abort(reason)), at(leaveAt, () => this.#end())];
  }

  #end(): void {
    this.#isOver = true;
    if (this.#isFinishing) setTimeout(this.#leave, LONGER_MS);
    else this.#leave();
  }
}
