// What is scheduled: one command of this package, at an interval, with everything it needs to know written down,
// because a scheduler passes on next to nothing of the environment.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { EXIT, ToolFailure } from '../failure.js';
import { makePrivateDirectory, readFileIfAny, replaceFile } from '../private-files.js';

export const BACKENDS = ['task-scheduler', 'systemd', 'launchd', 'cron'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Job {
  readonly name: string;
  readonly everySeconds: number;
  /** The program and its arguments; the program is absolute. */
  readonly argv: readonly string[];
  /** What has to be in the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the backend and this tool may keep files of the job. */
  readonly directory: string;
  readonly home: string;
}

/** What was installed last, and by which backend. */
export interface InstalledJob {
  readonly backend: BackendName;
  readonly job: Job;
}

/** The command of the job in one word, for titles and labels. */
export function titleOf({ name, everySeconds }: Job): string {
  const minutes = everySeconds / 60;
  return `holdfast ${name} every ${Number.isInteger(minutes) ? `${minutes} min` : `${everySeconds} s`}`;
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 86_400;

/** Throws ToolFailure for what no scheduler can be told. */
export function checkedJob(job: Job): Job {
  const { name, everySeconds, argv, env } = job;
  if (!NAME.test(name)) throw new ToolFailure(EXIT.usage, `--name expects letters, digits and hyphens, got '${name}'`);
  if (!Number.isInteger(everySeconds) || everySeconds < SHORTEST_SECONDS || everySeconds > LONGEST_SECONDS) {
    throw new ToolFailure(EXIT.usage, `--every expects whole seconds from 60s to 24h, got ${everySeconds}s`);
  }
  const bad = [...argv, ...Object.values(env), job.home].find((text) => /\p{Cc}/u.test(text));
  if (bad === undefined) return job;
  throw new ToolFailure(EXIT.usage, `a path with a control character cannot be scheduled: ${JSON.stringify(bad)}`);
}

export function rememberJob(installed: InstalledJob): void {
  makePrivateDirectory(installed.job.directory);
  replaceFile(memoryOf(installed.job), `${JSON.stringify(installed)}\n`);
}

/** Undefined when nothing of that name was installed from here. */
export function rememberedJob(job: Pick<Job, 'directory' | 'name'>): InstalledJob | undefined {
  const text = readFileIfAny(memoryOf(job));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as InstalledJob; // a file of this user alone, as the directory is
  } catch {
    return undefined;
  }
}

export function memoryOf({ directory, name }: Pick<Job, 'directory' | 'name'>): string {
  return join(directory, `${name}.json`);
}

/** The files that the job needs and that are gone: a Node that was updated away, say. */
export function missingFiles({ argv }: Job): readonly string[] {
  return argv.slice(0, 2).filter((path) => !existsSync(path));
}
