// Finds the repository of a directory as git does, by reading alone: `.git` is a directory, or in worktrees and
// submodules a file that names one. Nothing in it is executed or trusted.

import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { readBounded } from '../bounded-file.js';

const LARGEST_POINTER = 16 * 1024;

export interface Repository {
  /** Holds HEAD, the index and the log of HEAD. */
  readonly gitDir: string;
  /** Holds the configuration and the objects; another directory than gitDir in a worktree. */
  readonly commonDir: string;
  readonly isBare: boolean;
  /** The directory in which it was found. */
  readonly top: string;
}

/** Undefined when the directory is in no repository. */
export async function repositoryOf(directory: string): Promise<Repository | undefined> {
  for (let at = await realpath(directory); ; at = dirname(at)) {
    const found = await repositoryAt(at);
    if (found !== undefined || dirname(at) === at) return found;
  }
}

async function repositoryAt(directory: string): Promise<Repository | undefined> {
  const dotGit = join(directory, '.git');
  const kind = await kindOf(dotGit);
  if (kind === 'directory') return { ...(await partsOf(dotGit)), isBare: false, top: directory };
  if (kind === 'file') {
    const [, target] = /^gitdir: (.+?)\r?\n?$/s.exec(await textOf(dotGit)) ?? [];
    if (target !== undefined) return { ...(await partsOf(resolve(directory, target))), isBare: false, top: directory };
  }
  const isBare = (await Promise.all(['HEAD', 'objects', 'refs'].map((name) => kindOf(join(directory, name))))).every(
    (part) => part !== undefined,
  );
  return isBare ? { ...(await partsOf(directory)), isBare: true, top: directory } : undefined;
}

async function partsOf(gitDir: string): Promise<Pick<Repository, 'gitDir' | 'commonDir'>> {
  const common = (await textOf(join(gitDir, 'commondir'))).trim();
  return { gitDir, commonDir: common === '' ? gitDir : resolve(gitDir, common) };
}

async function kindOf(path: string): Promise<'directory' | 'file' | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? 'directory' : found.isFile() ? 'file' : undefined;
  } catch {
    return undefined; // not there, or not for us
  }
}

async function textOf(path: string): Promise<string> {
  return (await readBounded(path, LARGEST_POINTER))?.toString('utf8') ?? '';
}

/** Changes with every commit, checkout and `git add`. */
export function indicatorsOf({ gitDir }: Repository): readonly string[] {
  return ['HEAD', join('logs', 'HEAD'), 'index'].map((name) => join(gitDir, name));
}

/** The text of HEAD. */
export async function headOf({ gitDir }: Repository): Promise<string> {
  return textOf(join(gitDir, 'HEAD'));
}

/** The branch that HEAD names. */
export function branchIn(head: string): string | null {
  return /^ref: refs\/heads\/(.+?)\n?$/.exec(head)?.[1] ?? null;
}

const MOST_SHARED = 64;

/** The files of a split index beside the index (git-update-index(1), SPLIT INDEX). */
export async function sharedIndexesOf({ gitDir }: Repository): Promise<readonly string[]> {
  const names = await readdir(gitDir);
  return names.filter((name) => /^sharedindex\.[0-9a-f]{40,64}$/.test(name)).slice(0, MOST_SHARED);
}
