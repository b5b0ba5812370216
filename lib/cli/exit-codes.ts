// The exit codes of the command that are its own; those of `run` are the native front's.

import { printable } from '../printable.js';

/** Something was not there, or could not be ended. */
export const EXIT_NOT_DONE = 1;
const EXIT_MISUSE = 64; // EX_USAGE, sysexits.h
export const EXIT_NOT_PERMITTED = 77; // EX_NOPERM, sysexits.h
export const EXIT_CONTAINMENT_FAILED = 125;

/** A command line that means nothing: what was expected, and what came. */
export class Misuse extends Error {}

/** Says what was wrong with the command line. */
export function misuse(problem: string): void {
  console.error(`holdfast: ${printable(problem)} (holdfast --help lists what there is)`);
  process.exitCode = EXIT_MISUSE;
}
