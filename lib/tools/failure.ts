// How a tool fails: with words for people and one of the exit codes of sysexits.h. 2 is never among them: to the hooks
// of an agent it means "block what the user asked for" (docs/errors.md#exit-codes-of-the-tools).

/** The exit codes of the tools. */
export const EXIT = {
  /** Not done; nothing is lost. */
  notDone: 1,
  usage: 64,
  /** Some items were refused for what they are. */
  badData: 65,
  /** The remote cannot be reached; everything is kept. */
  unavailable: 69,
  internal: 70,
  /** A file cannot be written. */
  cannotWrite: 73,
  /** Some of it is left for later. */
  tryAgain: 75,
  notPermitted: 77,
  /** The configuration is wrong. */
  badConfiguration: 78,
  /** The own time budget is used up. */
  timeout: 124,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A condition of the world that keeps a tool from its work. */
export class ToolFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}

Object.defineProperty(ToolFailure.prototype, 'name', { value: 'ToolFailure', writable: true, configurable: true });
