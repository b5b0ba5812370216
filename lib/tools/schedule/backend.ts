// What the schedulers of all systems have in common here: a backend says, without doing anything, what files a job is
// and by which steps it comes and goes; what the system has to say about a job, it asks by a function that it is given.

import type { BackendName, Job } from './job.js';

/** A text to be shown, or a file to be written. */
export interface RenderedFile {
  /** Absolute; or the name of what it is a part of. */
  readonly path: string;
  readonly text: string;
  /** With a byte order mark. @default utf8, without one */
  readonly encoding?: 'utf16le';
}

export type Step =
  | ({ readonly do: 'write' } & RenderedFile)
  | { readonly do: 'delete'; readonly path: string }
  | {
      readonly do: 'run';
      readonly argv: readonly string[];
      /** Written to its standard input: one character a byte. */
      readonly input?: string;
      /** Whether a failure means that there is nothing to do. @default false */
      readonly mayFail?: boolean;
    };

export interface Answer {
  readonly code: number | null;
  /** One character a byte, so that what is written back is what was read. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program for at most 10 seconds; a program that is not there answers with 127. */
export type Ask = (argv: readonly string[]) => Promise<Answer>;

/** What the scheduler itself has. */
export interface Registered {
  readonly present: boolean;
  /** In words: what is not as it was rendered. */
  readonly differences: readonly string[];
  /** ISO 8601, or as the scheduler says it. */
  readonly next?: string;
  readonly last?: string;
  /** The text that a change starts from: the crontab. */
  readonly before: string;
}

export interface Backend {
  readonly name: BackendName;
  /** Whether this system has such a scheduler; in words why not. */
  unavailable(ask: Ask): Promise<string | undefined>;
  /** Pure. */
  render(job: Job): readonly RenderedFile[];
  /** Pure: what to do, in this order. */
  plan(change: 'install' | 'remove', job: Job, before: string): readonly Step[];
  runNow(job: Job): Step;
  look(job: Job, ask: Ask): Promise<Registered>;
}
