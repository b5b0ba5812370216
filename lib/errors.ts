// What the library throws: ContainmentError for the world, TypeError for misuse of options.
// The codes stand in one table, which docs/errors.md repeats. Codes are API, words are not.

import { getSystemErrorMap } from 'node:util';

import { printableJson } from './printable.js';

/** Every code, with what it means. */
export const ERROR_CODES = {
  ERR_HOLDFAST_ADDON_BLOCKED: 'Node may not load native addons here (permission model or --no-addons)',
  ERR_HOLDFAST_ADDON_MISSING: 'there is no native addon for this platform, or it does not load',
  ERR_HOLDFAST_GUARD_UNUSABLE: 'the file of the guard is missing or cannot be executed',
  ERR_HOLDFAST_INVALID_OPTION: 'an option has a value that means nothing (a TypeError)',
  ERR_HOLDFAST_LIMITS_UNSUPPORTED: 'limits were asked for, and this version does not enforce them',
  ERR_HOLDFAST_MECHANISM_UNAVAILABLE: 'none of the acceptable mechanisms can be used on this machine',
  ERR_HOLDFAST_NO_ANSWER: 'the guard did not answer in time',
  ERR_HOLDFAST_NO_SUBREAPER_IN_NODE: 'prctl.setChildSubreaper() was called, which Node cannot live up to',
  ERR_HOLDFAST_NO_TREE: 'no tree of this user has that id, or it cannot be ended from here',
  ERR_HOLDFAST_OWNER: 'the owner that was named cannot own the tree',
  ERR_HOLDFAST_RECORDS_UNREADABLE: 'the directory of records cannot be read, or others may write to it',
  ERR_HOLDFAST_RELEASE_FAILED: 'the tree could not be released and is contained as before, or ended',
  ERR_HOLDFAST_ROUTE_OPEN: 'an escape route that must be closed stays open',
  ERR_HOLDFAST_START_FAILED: 'the containment could not be set up, so nothing was started',
  ERR_HOLDFAST_UNSUPPORTED_PLATFORM: 'this version has no mechanism for this operating system',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What is known about a failure besides its words. */
export interface FailureFacts {
  /** Negative, as in Node's system errors. */
  readonly errno?: number;
  readonly syscall?: string;
  readonly path?: string;
  readonly pid?: number;
  readonly cause?: unknown;
}

/** A condition of the world that keeps a tree from being contained as asked. */
export class ContainmentError extends Error {
  readonly code: ErrorCode;
  declare readonly errno?: number;
  declare readonly syscall?: string;
  declare readonly path?: string;
  declare readonly pid?: number;

  constructor(code: ErrorCode, message: string, facts: FailureFacts = {}) {
    const { cause, ...known } = facts;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, known);
  }
}

Object.defineProperty(ContainmentError.prototype, 'name', {
  value: 'ContainmentError',
  writable: true,
  configurable: true,
});

/** The TypeError for an option: what was expected, what came, and its type. */
export function invalidOption(name: string, expected: string, value: unknown): TypeError {
  const error = new TypeError(`${name}: expected ${expected}, got ${shown(value)} (${typeNameOf(value)})`);
  return Object.assign(error, { code: 'ERR_HOLDFAST_INVALID_OPTION' satisfies ErrorCode });
}

const LONGEST_SHOWN = 80;

function shown(value: unknown): string {
  if (typeof value === 'string') return printableJson(value.slice(0, LONGEST_SHOWN));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const NUMBERS = new Map([...getSystemErrorMap()].map(([errno, [code]]) => [code, errno]));

/**
 * The negative number that libuv gives to an error, as Node's own code compares it. On Windows that is not the number
 * in os.constants.errno.
 */
export function errnoOf(code: string): number {
  const errno = NUMBERS.get(code);
  if (errno === undefined) throw new Error(`libuv knows no ${code}`);
  return errno;
}

/** The code, errno and syscall of a system error; undefined for anything else. */
export function systemErrorOf(error: unknown): NodeJS.ErrnoException | undefined {
  const isSystemError = error instanceof Error && 'errno' in error && typeof error.errno === 'number';
  return isSystemError ? (error as NodeJS.ErrnoException) : undefined;
}
