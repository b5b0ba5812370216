// The exit codes of the command that are its own; those of `run` are the native front's.

const EXIT_MISUSE = 64; // EX_USAGE, sysexits.h
export const EXIT_CONTAINMENT_FAILED = 125;

/** Says what was wrong with the command line. */
export function misuse(problem: string): void {
  console.error(`holdfast: ${problem} (holdfast --help lists what there is)`);
  process.exitCode = EXIT_MISUSE;
}
