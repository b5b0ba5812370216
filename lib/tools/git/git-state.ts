// The state of a repository for a saved context: two contained children, one after the other, and nothing else. What
// git cannot tell is a warning and no failure: the context is saved without it.

import { relative, sep } from 'node:path';

import type { GitState } from '../save/context-record.js';
import type { ToolChildResult } from '../child.js';
import { look } from '../look/look.js';
import { readConfiguration, userPlaces, valueOf } from './configuration.js';
import { runGit, type GitCall } from './locked-git.js';
import { whyNotTrusted } from './ownership.js';
import { PathFilter, type PathLists } from '../path-filter.js';
import { LOG_FORMAT, parseLog, parseStatus, type Status } from './parse-git.js';
import { branchIn, headOf, repositoryOf, sharedIndexesOf } from './repository.js';
import { repositoryName } from './repository-name.js';
import { makeStandIn, takePlace, type Known, type Place } from './stand-in.js';

export interface GitLimits {
  readonly timeoutMs: number;
  readonly recentCommits: number;
  readonly maxFiles: number;
  /** Of this repository's alone, to be made where it is missing (stand-in.ts). */
  readonly standIns: string;
  /** Which files are told, by their paths below the directory that was asked about. */
  readonly paths?: PathLists;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly ignoresTerminate?: boolean | undefined;
}

export interface GitFindings {
  /** Null when there is no repository, or git could not tell. */
  readonly state: GitState | null;
  /** Where the repository came from, without credentials: `host/owner/name`. */
  readonly repo: string | null;
  /** Processes of git that were started. */
  readonly children: number;
  readonly warnings: readonly string[];
}

const STATUS = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal', '--ignore-submodules=dirty', '--no-renames'];
const BARE: Status = {
  branch: null,
  head: null,
  upstream: null,
  ahead: 0,
  behind: 0,
  counts: { staged: 0, unstaged: 0, untracked: 0, conflicts: 0 },
  files: [],
  truncated: false,
};

/** Rejects only when the signal aborts. */
export async function gitState(root: string, limits: GitLimits): Promise<GitFindings> {
  const found = { children: 0, repo: null as string | null };
  let place: Place | undefined;
  try {
    const { env = process.env } = limits;
    const known = await look(root, __filename, beforeGit, root, env);
    if (known === undefined) return { ...found, state: null, warnings: [] };
    if ('refusal' in known) throw new Error(known.refusal);
    const { repository, configuration } = known;
    found.repo = originIn(configuration);
    const { timeoutMs, standIns, signal, ignoresTerminate } = limits;
    place = takePlace(standIns);
    makeStandIn(place.path, known, userPlaces(env));
    const call: GitCall = { root, repository, standIn: place.path, env, timeoutMs, signal, ignoresTerminate };
    const git = async (words: readonly string[]): Promise<ToolChildResult> => {
      const result = await runGit(words, call).catch(explained);
      found.children += 1;
      return result;
    };
    const state = await askGit(git, { ...known, root, limits });
    return { ...found, ...state };
  } catch (error) {
    limits.signal?.throwIfAborted();
    return { ...found, state: null, warnings: [(error as Error).message] };
  } finally {
    place?.release();
  }
}

/** Where the repository at a directory came from, as gitState() tells it; null without one. Starts no git. */
export async function originRepositoryOf(root: string, env = process.env): Promise<string | null> {
  const known = await look(root, __filename, beforeGit, root, env);
  return known === undefined || 'refusal' in known ? null : originIn(known.configuration);
}

function originIn({ ofRepository }: Known['configuration']): string | null {
  const origin = valueOf(ofRepository, 'remote.origin.url');
  return origin === undefined ? null : repositoryName(origin);
}

/** Why git is not asked. */
interface Refusal {
  readonly refusal: string;
}

/** What is read before git runs; undefined without a repository. */
export async function beforeGit(root: string, env: NodeJS.ProcessEnv): Promise<Known | Refusal | undefined> {
  const repository = await repositoryOf(root);
  if (repository === undefined) return undefined;
  const configuration = await readConfiguration(repository, env);
  const refusal = await whyNotTrusted(repository, configuration, userPlaces(env));
  if (refusal !== undefined) return { refusal };
  const head = await headOf(repository);
  const sharedIndexes = await sharedIndexesOf(repository);
  return { repository, head, branch: branchIn(head), configuration, sharedIndexes };
}

function explained(error: unknown): never {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  if (isMissing) throw new Error('git is not installed, or not in PATH', { cause: error });
  throw error;
}

type AskGit = (words: readonly string[]) => Promise<ToolChildResult>;
type State = Pick<GitFindings, 'state' | 'warnings'>;

interface Question extends Known {
  readonly root: string;
  readonly limits: GitLimits;
}

async function askGit(git: AskGit, question: Question): Promise<State> {
  const { repository, branch, limits } = question;
  const status = repository.isBare ? BARE : await statusBy(git, limits.maxFiles, toldOf(question));
  const isUnborn = !repository.isBare && status.head === null;
  const wantsLog = !isUnborn && (limits.recentCommits > 0 || repository.isBare);
  const log = wantsLog ? await logBy(git, Math.max(1, limits.recentCommits)) : { commits: [], warnings: [] };
  const commits = log.commits.slice(0, limits.recentCommits);
  if (!repository.isBare) return { state: { ...status, commits }, warnings: log.warnings };
  const head = log.commits[0]?.[0] ?? null;
  return { state: { ...status, branch, head, commits }, warnings: log.warnings };
}

async function statusBy(git: AskGit, maxFiles: number, told: Told): Promise<Status> {
  const result = await git(STATUS);
  if (result.code !== 0 && !result.truncated) throw new Error(problemOf('status', result));
  const status = parseStatus(result.stdout, maxFiles, told.takes);
  return result.truncated || told.isPart() ? { ...status, truncated: true } : status;
}

/** Which paths are told; git names them from the top of the repository. */
interface Told {
  readonly takes: (path: string) => boolean;
  /** Whether there are paths of which that was not to be found out. */
  readonly isPart: () => boolean;
}

const ALL: Told = { takes: () => true, isPart: () => false };

function toldOf({ root, repository: { top }, limits }: Question): Told {
  const { include, exclude } = limits.paths ?? { include: [], exclude: [] };
  if (include.length + exclude.length === 0) return ALL;
  const filter = new PathFilter({ include, exclude });
  const above = root === top ? '' : `${relative(top, root).replaceAll(sep, '/')}/`;
  const takes = (path: string): boolean => {
    return path.startsWith(above) ? filter.takes(path.slice(above.length)) : include.length === 0;
  };
  return { takes, isPart: () => filter.hasGivenUp };
}

/** Without commits there is no log; the state is told all the same. */
async function logBy(git: AskGit, most: number): Promise<{ commits: GitState['commits']; warnings: readonly string[] }> {
  const result = await git(['log', '-n', String(most), '--no-ext-diff', '--no-textconv', LOG_FORMAT]);
  const isUnborn = result.code === 128 && result.stderr.includes('does not have any commits yet');
  const isFine = result.code === 0 || result.truncated || isUnborn;
  return { commits: parseLog(result.stdout), warnings: isFine ? [] : [problemOf('log', result)] };
}

function problemOf(command: string, { timedOut, code, signal, stderr, end }: ToolChildResult): string {
  if (timedOut) return `git ${command}: no answer in time, ended after ${end.durationMs} ms`;
  const [said = ''] = stderr.toString('utf8').trim().split('\n');
  return `git ${command}: ${signal ?? `exit code ${code ?? '?'}`}: ${said}`;
}
