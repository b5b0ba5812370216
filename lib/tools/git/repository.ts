// Finds the repository of a directory as git does, by reading alone: `.git` is a directory, or in worktrees and
// submodules a file that names one. Nothing in it is executed or trusted.

import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { readBounded } from '../bounded-file.js';
import { textIn } from './parse-git.js';

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
  if (kind === 'directory') {
    const parts = await partsOf(dotGit);
    if (await isRepository(parts)) return { ...parts, isBare: false, top: directory };
  }
  if (kind === 'file') {
    const [, target] = /^gitdir: (.+?)\r?\n?$/s.exec(await textOf(dotGit)) ?? [];
    if (target !== undefined) return { ...(await partsOf(resolve(directory, target))), isBare: false, top: directory };
  }
  const bare = { gitDir: directory, commonDir: directory };
  return (await isRepository(bare)) ? { ...(await partsOf(directory)), isBare: true, top: directory } : undefined;
}

/** What git wants there, or else it looks further up (git: setup.c, is_git_directory). */
async function isRepository({ gitDir, commonDir }: Pick<Repository, 'gitDir' | 'commonDir'>): Promise<boolean> {
  const kinds = await Promise.all(['objects', 'refs'].map((name) => kindOf(join(commonDir, name))));
  return kinds.every((kind) => kind === 'directory') && (await isFileOrLink(join(gitDir, 'HEAD')));
}

async function isFileOrLink(path: string): Promise<boolean> {
  try {
    const entry = await lstat(path);
    return entry.isFile() || entry.isSymbolicLink();
  } catch {
    return false; // not there, or not for us
  }
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

/** The text of HEAD, a byte a character. Of old it is a symbolic link to the reference (git-symbolic-ref(1)). */
export async function headOf({ gitDir }: Pick<Repository, 'gitDir'>): Promise<string> {
  const path = join(gitDir, 'HEAD');
  const target = await readlink(path, 'latin1').catch(() => ''); // no link
  if (/^refs\/[^\n\0]+$/.test(target)) return `ref: ${target}\n`;
  return (await readBounded(path, LARGEST_POINTER))?.toString('latin1') ?? '';
}

/** The branch that HEAD names. */
export function branchIn(head: string): string | null {
  const [, name] = /^ref:\s*refs\/heads\/(.+?)\s*$/.exec(head) ?? [];
  return name === undefined ? null : textIn(Buffer.from(name, 'latin1'));
}

const MOST_SHARED = 64;

/**
 * The files of a split index beside the index, those used last first (git-update-index(1), SPLIT INDEX). Whatever reads
 * one notes the time in it, so links that lead elsewhere are left out.
 */
export async function sharedIndexesOf({ gitDir }: Repository): Promise<readonly string[]> {
  const names = (await readdir(gitDir)).filter((name) => /^sharedindex\.[0-9a-f]{40,64}$/.test(name));
  const found = await Promise.all(names.map(async (name) => ({ name, entry: await lstat(join(gitDir, name)) })));
  const files = found.filter(({ entry }) => entry.isFile()).sort((a, b) => b.entry.mtimeMs - a.entry.mtimeMs);
  return files.slice(0, MOST_SHARED).map(({ name }) => name);
}
