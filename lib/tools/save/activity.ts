// Whether somebody works in a project, told by a handful of files whose names are known: a tree is never searched, so
// its size does not matter. The looks have a deadline (look.ts).

import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Config } from '../config/config.js';
import { homeIfAny } from '../directories.js';
import { repositoryOf } from '../git/repository.js';
import { look } from '../look/look.js';
import type { Project } from '../project.js';

export interface Sign {
  /** As it is configured, or the newest transcript of an agent. */
  readonly what: string;
  readonly path: string;
  /** Milliseconds since 1970; undefined when there is none. */
  readonly changedAt: number | undefined;
}

export interface Activity {
  readonly isActive: boolean;
  /** The newest first. */
  readonly signs: readonly Sign[];
  /** Differs when any of them has changed. */
  readonly mark: string;
}

/** Rejects with a DeadlinePassed when a file system does not answer. */
export async function activityOf(project: Project, { windowSeconds, agentSessions }: Config['activity']): Promise<Activity> {
  const { root } = project;
  const found = [...(await look(root, __filename, indicatorsAt, root, project.indicators))];
  const transcripts = transcriptsOf(root);
  if (agentSessions) found.push(await look(transcripts, __filename, newestTranscript, transcripts));
  const signs = found.map(({ what, path, changedAt }) => ({ what, path, changedAt }));
  signs.sort((one, other) => (other.changedAt ?? 0) - (one.changedAt ?? 0));
  const newest = signs[0]?.changedAt;
  return {
    isActive: newest !== undefined && Date.now() - newest <= windowSeconds * 1000,
    signs,
    mark: found.map(({ mark }) => mark).join(' '),
  };
}

/** One after the other: where the first one hangs the others do too, and each would keep a thread of the pool. */
export async function indicatorsAt(root: string, indicators: readonly string[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const { what, path } of await placesOf(root, indicators)) found.push(await lookAt(what, path));
  return found;
}

interface Found extends Sign {
  readonly mark: string;
}

interface Indicator {
  readonly what: string;
  readonly path: string;
}

const IN_GIT = /^\.git[/\\]/;

/** In a worktree or submodule `.git` is a file, and what `.git/HEAD` means stands elsewhere. */
async function placesOf(root: string, indicators: readonly string[]): Promise<Indicator[]> {
  const isInGit = indicators.some((what) => IN_GIT.test(what));
  const repository = isInGit ? await repositoryOf(root) : undefined;
  return indicators.map((what) => {
    const isMoved = repository !== undefined && IN_GIT.test(what);
    return { what, path: isMoved ? join(repository.gitDir, what.slice('.git/'.length)) : join(root, what) };
  });
}

async function lookAt(what: string, path: string): Promise<Found> {
  const found = await statIfAny(path);
  if (found === undefined) return { what, path, changedAt: undefined, mark: '-' };
  return { what, path, changedAt: Number(found.mtimeNs / 1_000_000n), mark: `${found.mtimeNs}.${found.size}` };
}

async function statIfAny(path: string): Promise<{ readonly mtimeNs: bigint; readonly size: bigint } | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch {
    return undefined; // not there, or not for us
  }
}

const MOST_TRANSCRIPTS = 4096;
const WHAT = 'transcript';

/**
 * Claude Code keeps the transcripts of a project in `projects/NAME` below its directory, where NAME is the path with
 * everything but letters and digits replaced by `-`, one `.jsonl` for a session.
 */
function transcriptsOf(root: string): string {
  const own = process.env['CLAUDE_CONFIG_DIR'] ?? '';
  const name = root.replace(/[^A-Za-z0-9]/g, '-');
  const ofAgent = own === '' ? join(homeIfAny() ?? '/', '.claude') : own;
  return resolve(ofAgent, 'projects', name);
}

export async function newestTranscript(directory: string): Promise<Found> {
  const names = await namesIn(directory);
  const files = names.filter((file) => file.endsWith('.jsonl')).slice(0, MOST_TRANSCRIPTS);
  const looks = Promise.all(files.map(async (file) => lookAt(WHAT, join(directory, file))));
  const none: Found = { what: WHAT, path: directory, changedAt: undefined, mark: '-' };
  return (await looks).reduce((newest, one) => ((one.changedAt ?? 0) > (newest.changedAt ?? 0) ? one : newest), none);
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch {
    return []; // the agent has never been here
  }
}
