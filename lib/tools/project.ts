// A project: the directory by which it is known everywhere, and what its own `.holdfast.json` asks for. That file is
// whatever a repository brings along, so it may say little, and nothing of where anything is sent.

import { realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';

import { readBounded } from './bounded-file.js';
import type { Config } from './config/config.js';
import { EXIT, ToolFailure } from './failure.js';
import { repositoryOf } from './git/repository.js';
import { look } from './look/look.js';

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
  readonly warnings: readonly string[];
}

/** The repository that holds a directory, or else the directory itself. */
export async function projectRootOf(directory: string): Promise<string> {
  return found(look(directory, __filename, topOf, directory));
}

export async function topOf(directory: string): Promise<string> {
  return (await repositoryOf(directory))?.top ?? (await realpath(directory));
}

/** A directory without symbolic links. Rejects when there is none, or its file system does not answer. */
export async function realDirectory(directory: string): Promise<string> {
  return found(look(directory, __filename, withoutLinks, directory));
}

export async function withoutLinks(directory: string): Promise<string> {
  return realpath(directory);
}

/** Rejects as realDirectory() does. */
export async function openProject(directory: string, config: Config): Promise<Project> {
  const root = await realDirectory(directory);
  const path = join(root, PROJECT_FILE);
  try {
    return projectFrom(root, config, await look(root, __filename, askedIn, path));
  } catch (error) {
    return { ...projectFrom(root, config, {}), warnings: [`${path}: ${(error as Error).message}`] };
  }
}

/** What a project's file says; nothing without one. */
export async function askedIn(path: string): Promise<unknown> {
  const bytes = await readBounded(path, LARGEST_PROJECT_FILE);
  return bytes === undefined ? {} : JSON.parse(bytes.toString('utf8'));
}

async function found(search: Promise<string>): Promise<string> {
  try {
    return await search;
  } catch (error) {
    throw new ToolFailure(EXIT.notDone, (error as Error).message, error);
  }
}

function projectFrom(root: string, { activity, save }: Config, asked: unknown): Project {
  const warnings: string[] = [];
  const wrong = (key: string, expected: string, got: unknown): void => {
    warnings.push(`${PROJECT_FILE}: ${key}: expected ${expected}, got ${JSON.stringify(got).slice(0, MOST_SAID)}`);
  };
  const settings = {
    indicators: [...activity.indicators],
    minIntervalSeconds: save.minIntervalSeconds,
  };
  if (!isObject(asked)) wrong('the whole', 'an object', asked);
  for (const [key, value] of Object.entries(isObject(asked) ? asked : {})) {
    if (key === 'indicators') {
      if (isListOfInside(value)) settings.indicators = value;
      else wrong(key, 'a list of relative paths that stay in the project', value);
    } else if (key === 'interval') {
      if (isCount(value, LONGEST_INTERVAL_S)) settings.minIntervalSeconds = value;
      else wrong(key, `a whole number of seconds up to ${LONGEST_INTERVAL_S}`, value);
    } else if (key !== '$schema') warnings.push(`${PROJECT_FILE}: ${key.slice(0, MOST_SAID)}: a project may not set this`);
  }
  return { root, ...settings, indicators: settings.indicators.slice(0, activity.maxIndicators), warnings };
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
