// A project: the directory by which it is known everywhere, and what its own `.holdfast.json` asks for. That file is
// whatever a repository brings along, so it may say little, and nothing of where anything is sent.

import { realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize, resolve, sep } from 'node:path';

import { readBounded } from './bounded-file.js';
import type { Config } from './config/config.js';
import { isSetBy } from './config/environment.js';
import { EXIT, ToolFailure } from './failure.js';
import { repositoryOf } from './git/repository.js';
import { look } from './look/look.js';
import { isListOfPatterns, PATTERNS_EXPECTED } from './path-filter.js';

export const PROJECT_FILE = '.holdfast.json';
const LARGEST_PROJECT_FILE = 64 * 1024;
const LONGEST_INTERVAL_S = 86_400;
const MOST_SAID = 80;

export interface Project {
  /** Without symbolic links. */
  readonly root: string;
  /** Paths below the root whose change means that somebody works there. */
  readonly indicators: readonly string[];
  readonly minIntervalSeconds: number;
  /** Which changed files a saved context names (path-filter.ts). */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly warnings: readonly string[];
}

/** The repository that holds a directory, or else the directory itself. */
export async function projectRootOf(directory: string): Promise<string> {
  const path = resolve(directory); // whoever looks may be in another directory
  return found(look(path, __filename, topOf, path));
}

export async function topOf(directory: string): Promise<string> {
  return (await repositoryOf(directory))?.top ?? (await realpath(directory));
}

/** A directory without symbolic links. Rejects when there is none, or its file system does not answer. */
export async function realDirectory(directory: string): Promise<string> {
  const path = resolve(directory);
  return found(look(path, __filename, withoutLinks, path));
}

export async function withoutLinks(directory: string): Promise<string> {
  return realpath(directory);
}

/** Rejects as realDirectory() does. What the environment sets no project changes. */
export async function openProject(directory: string, config: Config, env = process.env): Promise<Project> {
  const path = resolve(directory);
  const { root, asked = {}, problem } = await found(look(path, __filename, projectAt, path));
  const user = usersWish(root, config);
  try {
    if (problem !== undefined) throw new Error(problem);
    const { wish, warnings } = wishIn(asked);
    if (isSetBy(env, 'activity.indicators')) delete wish.indicators;
    if (isSetBy(env, 'save.minIntervalSeconds')) delete wish.minIntervalSeconds;
    const indicators = (wish.indicators ?? user.indicators).slice(0, config.activity.maxIndicators);
    return { ...user, ...wish, indicators, warnings };
  } catch (error) {
    return { ...user, warnings: [`${join(root, PROJECT_FILE)}: ${(error as Error).message}`] };
  }
}

interface ProjectFound {
  readonly root: string;
  /** What its file says. */
  readonly asked?: unknown;
  /** Why that cannot be read. */
  readonly problem?: string;
}

export async function projectAt(directory: string): Promise<ProjectFound> {
  const root = await realpath(directory);
  try {
    const bytes = await readBounded(join(root, PROJECT_FILE), LARGEST_PROJECT_FILE);
    return bytes === undefined ? { root } : { root, asked: JSON.parse(bytes.toString('utf8')) as unknown };
  } catch (error) {
    return { root, problem: (error as Error).message };
  }
}

async function found<Found>(search: Promise<Found>): Promise<Found> {
  try {
    return await search;
  } catch (error) {
    throw new ToolFailure(EXIT.notDone, (error as Error).message, error);
  }
}

function usersWish(root: string, { activity, save }: Config): Omit<Project, 'warnings'> {
  const indicators = activity.indicators.slice(0, activity.maxIndicators);
  return { root, indicators, minIntervalSeconds: save.minIntervalSeconds, include: [], exclude: [] };
}

/** What a file asks for, and may. */
type Wish = { -readonly [Key in Exclude<keyof Project, 'root' | 'warnings'>]?: Project[Key] };

function wishIn(asked: unknown): { readonly wish: Wish; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const wrong = (key: string, expected: string, got: unknown): void => {
    warnings.push(`${PROJECT_FILE}: ${key}: expected ${expected}, got ${JSON.stringify(got).slice(0, MOST_SAID)}`);
  };
  const wish: Wish = {};
  if (!isObject(asked)) wrong('the whole', 'an object', asked);
  for (const [key, value] of Object.entries(isObject(asked) ? asked : {})) {
    if (key === 'indicators') {
      if (isListOfInside(value)) wish.indicators = value;
      else wrong(key, 'a list of relative paths that stay in the project', value);
    } else if (key === 'include' || key === 'exclude') {
      if (isListOfPatterns(value)) wish[key] = value;
      else wrong(key, PATTERNS_EXPECTED, value);
    } else if (key === 'interval') {
      if (isCount(value, LONGEST_INTERVAL_S)) wish.minIntervalSeconds = value;
      else wrong(key, `a whole number of seconds up to ${LONGEST_INTERVAL_S}`, value);
    } else if (key !== '$schema') warnings.push(`${PROJECT_FILE}: ${key.slice(0, MOST_SAID)}: a project may not set this`);
  }
  return { wish, warnings };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isListOfInside(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((path) => typeof path === 'string' && isInside(path));
}

function isInside(path: string): boolean {
  return path !== '' && !path.includes('\0') && !isAbsolute(path) && !normalize(path).split(sep).includes('..');
}
