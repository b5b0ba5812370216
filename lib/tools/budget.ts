// The total time of a command. When it is used up a signal aborts, by which runChild() ends its trees; a command that
// does not end then is ended from a thread of its own, and with it goes every tree that it owns.

import { setMaxListeners } from 'node:events';

import { exitAfter } from '../native-api.js';
import { EXIT, ToolFailure, type ExitCode } from './failure.js';

/** From the signal to the end of the process. */
const TIDYING_MS = 2000;
/** The longest that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** The reason of the signal. */
export class BudgetSpent extends ToolFailure {}

class Budget {
  readonly #exitCode: ExitCode;
  readonly #words: string;
  readonly #abort = new AbortController();
  /** On the clock of this process, which began with it. */
  #until: number;
  #timer: NodeJS.Timeout | undefined;
  #isTold = false;

  constructor(ms: number, exitCode: ExitCode) {
    this.#until = ms;
    this.#exitCode = exitCode;
    this.#words = `not done within ${ms / 1000} s, and ended (--budget TIME allows more)`;
    setMaxListeners(0, this.signal); // many children may run at once
    this.resume(0);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  pause(): void {
    clearTimeout(this.#timer);
    endAfter(undefined);
  }

  resume(longerMs: number): void {
    this.pause();
    this.#until += longerMs;
    const left = Math.max(0, this.#until - performance.now());
    this.#timer = setTimeout(() => this.#spend(), Math.min(left, LONGEST_MS)).unref();
    endAfter(Math.min(left + TIDYING_MS, LONGEST_MS), this.#exitCode, `holdfast: ${this.#words}\n`);
  }

  /** Whatever the command has made of its end: it was cut short. */
  tellIfSpent(): void {
    if (!this.signal.aborted || this.#isTold) return;
    this.#isTold = true;
    console.error(`holdfast: ${this.#words}`);
    process.exitCode = this.#exitCode;
  }

  #spend(): void {
    process.once('exit', () => this.tellIfSpent());
    this.#abort.abort(new BudgetSpent(this.#exitCode, this.#words));
  }
}

/** Without the addon, or a thread to be had, the timer is left: a command that would tell of that is worth more. */
function endAfter(...when: Parameters<typeof exitAfter>): void {
  try {
    exitAfter(...when);
  } catch {
    // docs/tools.md#time
  }
}

let budget: Budget | undefined;

/** Milliseconds from the start of this process, and the exit code of whoever needs more. The last call counts. */
export function setBudget(ms: number, exitCode: ExitCode = EXIT.timeout): void {
  budget?.pause();
  budget = new Budget(ms, exitCode);
}

/** For a wait that the user has asked for. */
export function lengthenBudget(ms: number): void {
  budget?.resume(ms);
}

/** Work that does not count, and is done also when the time is over: an answer of a person, the way back. */
export async function besideBudget<Result>(work: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  const around = budget;
  around?.pause();
  budget = undefined;
  try {
    return await work();
  } finally {
    budget = around;
    around?.resume(performance.now() - began);
  }
}

/** The command is done; that its reader takes its time is not its affair. */
export function finishBudget(): void {
  if (budget?.signal.aborted === false) budget.pause();
}

/** Aborts with a BudgetSpent; undefined where nobody has set a budget, as in a program that uses the tools. */
export function budgetSignal(): AbortSignal | undefined {
  return budget?.signal;
}

/** For whoever ends this process without an `'exit'`. */
export function tellIfBudgetSpent(): void {
  budget?.tellIfSpent();
}
