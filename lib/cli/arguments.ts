// The command line of every command but `run`, whose options are the native front's: options and words checked,
// `--help` answered, and misuse explained as what was expected and what came.

import { parseArgs, type ParseArgsConfig } from 'node:util';

import type * as Budget from '../tools/budget.js';
import type { ExitCode } from '../tools/failure.js';
import { Misuse } from './exit-codes.js';
import { printText } from './output.js';

export interface Syntax {
  /** As it is typed. */
  readonly command: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What the words are that are no options, and how many there may be. */
  readonly words?: { readonly what: string; readonly least: number; readonly most: number };
  /**
   * Milliseconds for the whole command, from which `--budget` may differ; null is for a command that has an end of its
   * own, and whose options say whether there is a `--budget`.
   * @default 60000
   */
  readonly budgetMs?: number | null;
  /**
   * Of whoever needs more than its budget.
   * @default 124
   */
  readonly lateExitCode?: ExitCode;
  /** Printed for `--help`. */
  readonly help: string;
}

export interface Arguments {
  readonly words: readonly string[];
  /** Whether an option without a value was given. */
  has(option: string): boolean;
  valueOf(option: string): string | undefined;
  /** Every value of an option that may be given several times. */
  valuesOf(option: string): readonly string[];
}

/** Undefined when only help was wanted, which has been printed then. */
export function parseArguments(args: readonly string[], syntax: Syntax): Arguments | undefined {
  const { values, positionals } = parse(args, syntax);
  if (values['help'] === true) {
    printText(syntax.help);
    return undefined;
  }
  requireWords(positionals, syntax);
  const given = argumentsOf(values, positionals);
  limit(given, syntax.budgetMs, syntax.lateExitCode);
  return given;
}

function argumentsOf(values: ReturnType<typeof parseArgs>['values'], words: readonly string[]): Arguments {
  return {
    words,
    has: (option) => values[option] === true,
    valueOf: (option) => {
      const value = values[option];
      return typeof value === 'string' ? value : undefined;
    },
    valuesOf: (option) => [values[option] ?? []].flat().map(String),
  };
}

const BUDGET_MS = 60_000;

/** What `--budget` says, or else this. */
export function limit(given: Arguments, budgetMs: number | null = BUDGET_MS, lateExitCode?: ExitCode): void {
  const asked = given.valueOf('budget');
  const ms = asked === undefined ? budgetMs : durationMs('--budget', asked);
  if (ms !== null) budget().setBudget(ms, lateExitCode);
}

/** What another option asks to wait does not count, unless the user has said how long the whole may take. */
export function allowFor(given: Arguments, ms: number): void {
  if (given.valueOf('budget') === undefined) budget().lengthenBudget(ms);
}

function budget(): typeof Budget {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: it loads the addon
  return require('../tools/budget.js') as typeof Budget;
}

const BUDGET = { budget: { type: 'string' } } as const;
const HELP = { help: { type: 'boolean', short: 'h' } } as const;

function parse(args: readonly string[], { command, options: own, budgetMs }: Syntax): ReturnType<typeof parseArgs> {
  const options = { ...own, ...(budgetMs !== null && BUDGET), ...HELP };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [problem = ''] = error.message.split(/\.? (?=To specify)|\n/); // the rest is advice about `--`
    const known = Object.keys(options).map((option) => `--${option}`);
    throw new Misuse(`${command}: ${problem}; the options are ${known.join(', ')}`);
  }
}

function requireWords(words: readonly string[], { command, words: wanted }: Syntax): void {
  const { what, least, most } = wanted ?? { what: 'arguments', least: 0, most: 0 };
  if (words.length >= least && words.length <= most) return;
  const expected = most === 0 ? `no ${what}` : `${least === most ? '' : 'at most '}${most === 1 ? 'one' : most} ${what}`;
  const got = words.length === 0 ? 'nothing' : words.map((word) => `'${word}'`).join(' ');
  throw new Misuse(`${command} expects ${expected}, got ${got}`);
}

export function refuseTogether(given: Arguments, one: string, other: string): void {
  if (given.has(one) && given.has(other)) throw new Misuse(`--${one} and --${other} exclude each other`);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, '': 1000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of `500ms`, `5s`, `2m`, `1h`; seconds without a unit, as in `holdfast run`. */
export function durationMs(option: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (UNIT_MS[unit] ?? 0));
  if (number !== undefined && ms <= LONGEST_MS) return ms;
  throw new Misuse(`${option} expects a time such as 500ms, 5s, 2m or 1h, got '${text}'`);
}
