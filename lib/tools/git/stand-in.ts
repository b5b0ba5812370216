// A directory of ours that stands in for that of a repository when git is asked (GIT_DIR). What git reads there of the
// repository is data: its objects, references and index, by links. The configuration, by which a repository could have
// programs run, is written here, from a list of settings that only change what git tells. Its places are fixed for each
// project, so that a save that is killed leaves nothing behind but what the next one uses.

import { copyFileSync, readlinkSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expandHome, valueOf, type GitConfiguration, type Setting, type UserPlaces } from './configuration.js';
import { tryLock } from '../../native-api.js';
import { makePrivateDirectory, readFileIfAny, replaceFile, writeFailure } from '../private-files.js';
import type { Repository } from './repository.js';

/** What stands of a repository before git is asked. */
export interface Known {
  readonly repository: Repository;
  /** HEAD, a byte a character: a branch may have any name. */
  readonly head: string;
  /** The branch that it names. */
  readonly branch: string | null;
  readonly configuration: GitConfiguration;
  /** Names of files that a split index consists of. */
  readonly sharedIndexes: readonly string[];
}

/** How files are read and compared, which the user may say too. */
const OF_ALL = [
  ...['autocrlf', 'eol', 'filemode', 'ignorecase', 'symlinks', 'precomposeunicode', 'trustctime', 'checkstat'],
  ...['excludesfile', 'attributesfile'],
];
/** What is checked out. */
const OF_REPOSITORY = ['sparsecheckout', 'sparsecheckoutcone'];

/** Changes how a repository is read. Those that do not are left out, partialClone among them. */
const READ_BY = ['objectformat'];
const WITHOUT_EFFECT = ['noop', 'noop-v1', 'partialclone', 'preciousobjects', 'worktreeconfig', 'relativeworktrees'];

export interface Place {
  readonly path: string;
  release(): void;
}

/**
 * A directory in `places` in which to make one, for whoever asks alone: who writes there while another's git reads it
 * has it compare an index with a commit that it is not of. It is the first that is free, and no save waits for another.
 */
export function takePlace(places: string): Place {
  for (let number = 1; ; number += 1) {
    const path = join(places, String(number));
    makePrivateDirectory(path);
    const lock = tryLock(join(path, 'taken.lock'));
    if (lock !== undefined) return { path, release: () => lock.release() };
  }
}

/** Writes it, or what has changed of it. Throws what is wrong with the repository, or a ToolFailure. */
export function makeStandIn(path: string, known: Known, user: UserPlaces): void {
  const { repository, head, sharedIndexes } = known;
  const { commonDir, gitDir } = repository;
  const config = configurationFor(known, user);
  makePrivateDirectory(join(path, 'info'));
  keep(join(path, 'HEAD'), head, 'latin1');
  keep(join(path, 'config'), config, 'utf8');
  link(path, 'refs', commonDir, 'directory');
  const ofAll = ['packed-refs', 'shallow', join('info', 'exclude'), join('info', 'attributes')];
  for (const name of ofAll) link(path, name, commonDir, 'file');
  link(path, join('info', 'sparse-checkout'), gitDir, 'file');
  for (const name of sharedIndexes) link(path, name, gitDir, 'file');
  const old = readdirSync(path).filter((name) => name.startsWith('sharedindex.') && !sharedIndexes.includes(name));
  for (const name of old) rmSync(join(path, name), { force: true });
}

function keep(path: string, text: string, encoding: 'latin1' | 'utf8'): void {
  if (readFileIfAny(path, encoding) !== text) replaceFile(path, Buffer.from(text, encoding));
}

/** A link may lead nowhere: then there is no such file, as in the repository. */
function link(path: string, name: string, to: string, kind: 'directory' | 'file'): void {
  const target = join(to, name);
  const place = join(path, name);
  try {
    if (process.platform !== 'win32') replaceLink(place, target);
    else if (kind === 'directory') replaceLink(place, target, 'junction');
    else copyIfAny(target, place); // a link to a file takes a privilege there
  } catch (error) {
    throw writeFailure(error);
  }
}

function replaceLink(place: string, target: string, type?: 'junction'): void {
  const before = targetOf(place);
  if (before === target) return;
  if (before !== undefined) rmSync(place, { force: true });
  symlinkSync(target, place, type);
}

function targetOf(place: string): string | undefined {
  try {
    return readlinkSync(place);
  } catch {
    return undefined; // no link
  }
}

function copyIfAny(from: string, to: string): void {
  try {
    copyFileSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    rmSync(to, { force: true });
  }
}

function configurationFor({ repository, branch, configuration }: Known, user: UserPlaces): string {
  const { ofUser, ofRepository } = configuration;
  const all = [...defaults(user), ...ofUser, ...ofRepository].map(({ key, value }) => {
    return { key, value: expandHome(value, user.home) };
  });
  const format = valueOf(ofRepository, 'core.repositoryformatversion') ?? '0';
  if (!/^[01]$/.test(format)) throw new Error(`the repository has the format ${JSON.stringify(format)}, which is not known`);
  const settings = [
    { key: 'core.repositoryformatversion', value: format },
    { key: 'core.bare', value: String(repository.isBare) },
    ...taken(all, 'core', OF_ALL),
    ...taken(ofRepository, 'core', OF_REPOSITORY),
    ...(format === '1' ? extensionsOf(ofRepository) : []),
    ...(branch === null ? [] : upstreamOf(branch, ofRepository)),
  ];
  return settings.filter(({ value }) => !value.includes('\0')).map(lineOf).join('');
}

/** Git looks for these files in a home, and has the stand-in for one (locked-git.ts). */
function defaults({ git }: UserPlaces): Setting[] {
  return [
    { key: 'core.excludesfile', value: join(git, 'ignore') },
    { key: 'core.attributesfile', value: join(git, 'attributes') },
  ];
}

function taken(settings: readonly Setting[], section: string, names: readonly string[]): Setting[] {
  return names.flatMap((name) => {
    const key = `${section}.${name}`;
    const value = valueOf(settings, key);
    return value === undefined ? [] : [{ key, value }];
  });
}

function extensionsOf(settings: readonly Setting[]): Setting[] {
  const names = settings.flatMap(({ key }) => /^extensions\.(.*)$/.exec(key)?.[1] ?? []);
  const unknown = names.find((name) => !READ_BY.includes(name) && !WITHOUT_EFFECT.includes(name));
  if (unknown !== undefined) throw new Error(`the repository has the extension '${unknown}', which is not known`);
  return taken(settings, 'extensions', READ_BY);
}

/** How the branch is called where it came from. The remote has no address here. */
function upstreamOf(branch: string, settings: readonly Setting[]): Setting[] {
  const remote = valueOf(settings, `branch.${branch}.remote`);
  if (remote === undefined || /[\n\0]/.test(branch + remote)) return []; // no subsection has such a name
  const named = [`branch.${branch}.remote`, `branch.${branch}.merge`, `remote.${remote}.fetch`];
  const address = remote === '.' ? [] : [{ key: `remote.${remote}.url`, value: '.' }];
  return [...settings.filter(({ key }) => named.includes(key)), ...address];
}

function lineOf({ key, value }: Setting): string {
  const [, section = '', quoted, name = ''] = /^([^.]*)\.(?:(.*)\.)?([^.]*)$/s.exec(key) ?? [];
  const header = quoted === undefined ? section : `${section} "${quoted.replace(/["\\]/g, '\\$&')}"`;
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `[${header}]\n\t${name} = "${escaped}"\n`;
}
