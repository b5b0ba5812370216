// Whether git would look at a repository that may be somebody else's: only where the user has named it in
// `safe.directory` (git-config(1)). Git itself does not ask when it is told by GIT_DIR where the repository is.

import { lstat } from 'node:fs/promises';
import { join, sep } from 'node:path';

import { expandHome, type GitConfiguration, type UserPlaces } from './configuration.js';
import type { Repository } from './repository.js';

/** Undefined where the user's own, or named. On Windows Git asks for owners in its own way, and here nobody does. */
export async function whyNotTrusted(
  { top, gitDir, isBare }: Repository,
  { ofUser }: GitConfiguration,
  { home }: UserPlaces,
): Promise<string | undefined> {
  const own = ownUsers();
  if (own === undefined) return undefined;
  for (const path of isBare ? [gitDir] : [top, join(top, '.git'), gitDir]) {
    const { uid } = await lstat(path);
    if (own.includes(uid) || isNamed(top, ofUser, home)) continue;
    return `${path} belongs to user ${uid}, and safe.directory of git's configuration does not name ${top}`;
  }
  return undefined;
}

/** Root trusts whoever has called sudo (git: compat/../git-compat-util.h, is_path_owned_by_current_uid). */
function ownUsers(): readonly number[] | undefined {
  const own = process.geteuid?.();
  if (own === undefined) return undefined;
  const caller = process.env['SUDO_UID'] ?? '';
  return own === 0 && /^\d{1,10}$/.test(caller) ? [own, Number(caller)] : [own];
}

/** An empty value forgets those before it. `/path/*` is everything below. */
function isNamed(top: string, settings: GitConfiguration['ofUser'], home: string): boolean {
  let named: string[] = [];
  for (const { key, value } of settings) {
    if (key === 'safe.directory') named = value === '' ? [] : [...named, expandHome(value, home)];
  }
  return named.some((name) => name === '*' || name === top || (name.endsWith(`${sep}*`) && top.startsWith(name.slice(0, -1))));
}
