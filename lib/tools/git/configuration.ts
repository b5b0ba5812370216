// What has to be known of git's configuration before git runs: the names of its filters, so that they can be switched
// off, and where the repository came from. Read as text, every file that git may read included, with more found
// rather than less: a name that git would not see does no harm.

import { dirname, isAbsolute, join, resolve } from 'node:path';

import { readBounded } from '../bounded-file.js';
import { homeIfAny } from '../directories.js';
import type { Repository } from './repository.js';

const LARGEST_FILE = 1024 * 1024;
const MOST_FILES = 64;
const MOST_FILTERS = 256;

export interface GitConfiguration {
  /** Names of filter drivers: `filter.NAME.clean` and `filter.NAME.process` would be run by `git status`. */
  readonly filters: readonly string[];
  /** The URL of the remote `origin`, as it stands there. */
  readonly origin: string | undefined;
}

/** Throws when it cannot be known which filters there are: then git must not run. */
export async function readConfiguration(repository: Repository, env: NodeJS.ProcessEnv): Promise<GitConfiguration> {
  const home = env['HOME'] ?? homeIfAny() ?? '/';
  const own = join(repository.commonDir, 'config');
  const waiting = [own, join(repository.gitDir, 'config.worktree'), ...filesOfUser(env, home), '/etc/gitconfig'];
  const seen = new Set<string>();
  const filters = new Set(['lfs']); // of a system configuration that stands elsewhere
  let origin: string | undefined;
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (seen.size > MOST_FILES) throw new Error(`git reads more than ${MOST_FILES} configuration files`);
    const text = (await readBounded(path, LARGEST_FILE))?.toString('utf8') ?? '';
    for (const name of filtersIn(text)) filters.add(name);
    if (path === own) origin = originIn(text);
    waiting.push(...includedBy(text, path, home));
  }
  requirePassable(filters);
  return { filters: [...filters], origin };
}

/** They travel as `-c filter.NAME.clean=`, which git splits at the first equals sign. */
function requirePassable(filters: ReadonlySet<string>): void {
  if (filters.size > MOST_FILTERS) throw new Error(`git knows more than ${MOST_FILTERS} filters`);
  const wrong = [...filters].find((name) => /[=\x00-\x1f]/.test(name));
  if (wrong !== undefined) throw new Error(`the filter '${wrong}' cannot be switched off`);
}

function filesOfUser(env: NodeJS.ProcessEnv, home: string): string[] {
  const named = [env['GIT_CONFIG_GLOBAL'] ?? '', env['GIT_CONFIG_SYSTEM'] ?? ''].filter((path) => path !== '');
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  return [...named, join(home, '.gitconfig'), join(xdg === '' ? join(home, '.config') : xdg, 'git', 'config')];
}

// A section may be written [filter "name"], or [filter.name] as of old (git-config(1), SYNTAX).
const FILTER = /\[\s*filter(?:\s+"((?:[^"\\\n]|\\.)*)"|\.([^\]\n]*))\s*\]/gi;

function filtersIn(text: string): string[] {
  return [...text.matchAll(FILTER)].map(([, quoted, dotted = '']) => quoted?.replace(/\\(.)/g, '$1') ?? dotted.toLowerCase());
}

// In a section include or includeIf; what is no include is one file too many, which does no harm.
const INCLUDE = /\bpath\s*=[ \t]*/gi;

function includedBy(text: string, from: string, home: string): string[] {
  if (!/\[\s*include/i.test(text)) return [];
  const paths = [...text.matchAll(INCLUDE)].map(({ 0: key, index }) => valueAt(text, index + key.length));
  return paths.filter((path) => path !== '').map((path) => located(path, from, home));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\n': '' };

/** As git reads a value: quotes may begin anywhere, a comment ends it, a backslash goes on with the next line. */
function valueAt(text: string, from: number): string {
  let value = '';
  let isQuoted = false;
  for (let at = from; at < text.length && (text[at] !== '\n' || isQuoted); at += 1) {
    const letter = text.charAt(at);
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === '\\') value += ESCAPES[text.charAt((at += 1))] ?? text.charAt(at);
    else if (!isQuoted && /[#;]/.test(letter)) break;
    else value += letter;
  }
  return value.trim();
}

function located(path: string, from: string, home: string): string {
  if (/^~[/\\]/.test(path)) return join(home, path.slice(2));
  if (/^(~|%\()/.test(path)) throw new Error(`the included configuration '${path}' cannot be followed`);
  return isAbsolute(path) ? path : resolve(dirname(from), path);
}

function originIn(text: string): string | undefined {
  const section = /\[\s*remote\s+"origin"\s*\]([^[]*)/i.exec(text);
  const key = /^\s*url\s*=[ \t]*/im.exec(section?.[1] ?? '');
  const url = key === null ? '' : valueAt(section?.[1] ?? '', key.index + key[0].length);
  return url === '' ? undefined : url;
}
