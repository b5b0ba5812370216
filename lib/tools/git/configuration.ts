// Reads git's configuration as text: as much of it as changes what git tells of a repository. Nothing that git would
// run is taken over (stand-in.ts), so what is read wrong here costs a detail and no safety.

import { access, constants, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { readBounded } from '../bounded-file.js';
import { homeIfAny } from '../directories.js';
import type { Repository } from './repository.js';

const LARGEST_FILE = 1024 * 1024;
const MOST_FILES = 64;

export interface Setting {
  /** `section.subsection.name`; section and name in small letters. */
  readonly key: string;
  readonly value: string;
}

export interface GitConfiguration {
  /** Of the system and of the user, those that count more last. */
  readonly ofUser: readonly Setting[];
  /** Of the repository, and of the worktree. */
  readonly ofRepository: readonly Setting[];
}

export async function readConfiguration(repository: Repository, env: NodeJS.ProcessEnv): Promise<GitConfiguration> {
  const places = userPlaces(env);
  const { home } = places;
  const { commonDir, gitDir } = repository;
  const common = await readAll([join(commonDir, 'config')], home);
  const hasMore = /^(true|yes|on|1)$/i.test(valueOf(common, 'extensions.worktreeconfig') ?? '');
  return {
    ofUser: await readAll(await filesOfUser(env, places), home),
    ofRepository: hasMore ? [...common, ...(await readAll([join(gitDir, 'config.worktree')], home))] : common,
  };
}

export interface UserPlaces {
  readonly home: string;
  /** Holds `config`, `ignore` and `attributes` of git. */
  readonly git: string;
}

/** Where git looks for what is the user's. */
export function userPlaces(env: NodeJS.ProcessEnv): UserPlaces {
  const home = [env['HOME'], homeIfAny()].find((path) => path !== undefined && isAbsolute(path)) ?? '/';
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  return { home, git: join(xdg === '' ? join(home, '.config') : xdg, 'git') };
}

/** The last value of a setting, which is the one that counts. */
export function valueOf(settings: readonly Setting[], key: string): string | undefined {
  return settings.filter((setting) => setting.key === key).at(-1)?.value;
}

/** Git's own places, and the order in which it reads them (git-config(1), FILES). */
async function filesOfUser(env: NodeJS.ProcessEnv, { home, git }: UserPlaces): Promise<string[]> {
  const usual = [join(git, 'config'), join(home, '.gitconfig')];
  const named = env['GIT_CONFIG_GLOBAL'];
  const hasSystem = /^(|0|no|off|false)$/i.test(env['GIT_CONFIG_NOSYSTEM'] ?? '');
  const system = hasSystem ? [env['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig'] : [];
  const all = [...system, ...(named === undefined ? usual : [named])];
  const isThere = await Promise.all(all.map(isReadable));
  return all.filter((_, at) => isThere[at]);
}

/** Git passes over those that it may not read (git: wrapper.c, access_or_warn); a FIFO or a device is none of them. */
async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** With what they include without a condition, in its place. */
async function readAll(paths: readonly string[], home: string): Promise<Setting[]> {
  const all: Setting[] = [];
  let files = 0;
  const readOne = async (path: string, above: readonly string[]): Promise<void> => {
    files += 1;
    if (above.includes(path) || files > MOST_FILES || path === devNull) return;
    const text = (await readBounded(path, LARGEST_FILE))?.toString('utf8') ?? '';
    for (const setting of parseSettings(text.replace(/^\uFEFF/, ''))) {
      all.push(setting);
      if (setting.key !== 'include.path') continue;
      const included = expandHome(setting.value, home);
      await readOne(isAbsolute(included) ? included : resolve(dirname(path), included), [...above, path]);
    }
  };
  for (const path of paths) await readOne(path, []);
  return all;
}

/** `~/` as git takes it; `~user/` stays. */
export function expandHome(path: string, home: string): string {
  return /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path;
}

// A section may be written [filter "name"], or [filter.name] as of old; a name may follow in the same line, and one
// without a value is true (git-config(1), SYNTAX).
const SECTION = /[ \t]*\[[ \t]*([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\.)*)")?[ \t]*\]/y;
const NAME = /[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]*(=[ \t]*)?/y;
const REST_OF_LINE = /[^\n]*(?:\n|$)/y;

/** Git refuses what it does not understand; here such a line is passed over. */
export function parseSettings(text: string): Setting[] {
  const settings: Setting[] = [];
  let section = '';
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    const header = match(SECTION);
    if (header !== null) section = sectionOf(header);
    const name = match(NAME);
    if (name !== null && section !== '') {
      const { value, end } = name[2] === undefined ? { value: 'true', end: at } : valueAt(text, at);
      settings.push({ key: `${section}.${(name[1] ?? '').toLowerCase()}`, value });
      at = end;
    }
    match(REST_OF_LINE);
  }
  return settings;
}

function sectionOf([, name = '', quoted]: RegExpExecArray): string {
  if (quoted === undefined) return name.toLowerCase();
  return `${name.toLowerCase()}.${quoted.replace(/\\(.)/g, '$1')}`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\n': '' };

/** Quotes may begin anywhere, a comment ends it, a backslash goes on with the next line. */
function valueAt(text: string, from: number): { readonly value: string; readonly end: number } {
  let value = '';
  let kept = 0; // what quotes protect at the end is not trimmed
  let isQuoted = false;
  let at = from;
  for (; at < text.length && (text[at] !== '\n' || isQuoted); at += 1) {
    const letter = text.charAt(at);
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === '\\') value += ESCAPES[text.charAt((at += 1))] ?? text.charAt(at);
    else if (!isQuoted && /[#;]/.test(letter)) break;
    else value += letter;
    if (isQuoted || letter === '"') kept = value.length;
  }
  return { value: value.slice(0, kept) + value.slice(kept).trimEnd(), end: at };
}
