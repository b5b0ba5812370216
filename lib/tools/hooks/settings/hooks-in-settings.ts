// Our hooks in the settings of the agents: installed, looked at, removed. One change at a time; each is preceded by a
// copy of the file, and what was there before is what a removal leaves.

import { join } from 'node:path';

import type { Directories } from '../../directories.js';
import { EXIT, ToolFailure } from '../../failure.js';
import { acquireLock } from '../../lock.js';
import { makePrivateDirectory, readFileIfAny, replaceFile } from '../../private-files.js';
import { isAgent } from '../events.js';
import { differences, installed, ourHandlers, removed } from './edit.js';
import { backUpForeign, backupsOf, deleteForeign, readForeign, writeForeign } from './foreign-file.js';
import type { HookProgram } from './handlers.js';
import { SCOPES, type HookPlace } from './places.js';
import { hookProgram, installShim, shimProblems } from './shim.js';

export interface HookStatus extends HookPlace {
  readonly state: 'installed' | 'missing' | 'drifted';
  /** In words: what is not as it would be installed. */
  readonly differences: readonly string[];
}

export interface HookChange extends HookPlace {
  readonly changed: boolean;
  /** The text before; undefined when there was no file. */
  readonly before: string | undefined;
  /** The text after; undefined when there is no file any more. */
  readonly after: string | undefined;
  /** The copy of what was there before. */
  readonly backup?: string;
}

const LOCK_WAIT_MS = 5000;
const MOST_BACKUPS_READ = 20;

/** What an installation would change. Changes nothing. Throws ToolFailure for a file that is not to be changed. */
export function planHooks(places: Directories, place: HookPlace): HookChange {
  const before = readForeign(place.file)?.text;
  const after = installed(place, before, hookProgram(places));
  return { ...place, changed: before !== after, before, after };
}

/** What a removal would change. Changes nothing. */
export function planRemoval(places: Directories, place: HookPlace): HookChange {
  const before = readForeign(place.file)?.text;
  const after = before === undefined ? undefined : textWithout(place, before, hookProgram(places));
  return { ...place, changed: before !== after, before, after };
}

/** Idempotent: what is there as it should be is not touched. Nothing is changed when one of the files is not to be. */
export async function installHooks(places: Directories, wanted: readonly HookPlace[]): Promise<readonly HookChange[]> {
  return alone(places, () => {
    const plans = wanted.map((place) => planHooks(places, place));
    installShim(places, hookProgram(places));
    remember(places, [...rememberedPlaces(places), ...wanted]);
    return carryOut(plans);
  });
}

/** Idempotent. The shim stays: a session that has begun still calls it. */
export async function removeHooks(places: Directories, unwanted: readonly HookPlace[]): Promise<readonly HookChange[]> {
  return alone(places, () => {
    const changes = carryOut(unwanted.map((place) => planRemoval(places, place)));
    const files = unwanted.map(({ file }) => file);
    remember(places, rememberedPlaces(places).filter(({ file }) => !files.includes(file)));
    return changes;
  });
}

/** Takes back what has been changed. Throws where somebody else has changed the file since. */
export async function takeBack(places: Directories, changes: readonly HookChange[]): Promise<void> {
  await alone(places, () => {
    for (const change of changes.filter(({ changed }) => changed)) put(change.file, change.after, change.before);
    const made = changes.filter(({ before }) => before === undefined).map(({ file }) => file);
    remember(places, rememberedPlaces(places).filter(({ file }) => !made.includes(file)));
  });
}

export function hookStatus(places: Directories, place: HookPlace): HookStatus {
  const program = hookProgram(places);
  const text = readForeign(place.file)?.text;
  if (text === undefined || ourHandlers(place, text, program).length === 0) return { ...place, state: 'missing', differences: [] };
  const wrong = differences(place, text, program).map(({ name, what }) => `${name} ${what}`);
  const all = [...wrong, ...shimProblems(places)];
  return { ...place, state: all.length === 0 ? 'installed' : 'drifted', differences: all };
}

/** Where hooks have been installed from here and not been removed. */
export function rememberedPlaces(places: Directories): readonly HookPlace[] {
  const isPlace = (value: unknown): value is HookPlace => {
    const { agent, scope, file } = value as Partial<Record<keyof HookPlace, string>>;
    return isAgent(agent) && (SCOPES as readonly (string | undefined)[]).includes(scope) && typeof file === 'string';
  };
  try {
    const told: unknown = JSON.parse(readFileIfAny(memoryOf(places)) ?? '[]');
    return Array.isArray(told) ? told.filter((value) => typeof value === 'object' && value !== null && isPlace(value)) : [];
  } catch {
    return []; // by somebody else
  }
}

function carryOut(plans: readonly HookChange[]): readonly HookChange[] {
  const done: HookChange[] = [];
  try {
    for (const plan of plans) done.push({ ...plan, ...put(plan.file, plan.before, plan.after) });
    return done;
  } catch (error) {
    for (const { file, before, after } of done) put(file, after, before);
    throw error;
  }
}

function put(file: string, from: string | undefined, to: string | undefined): { readonly backup?: string } {
  const found = readForeign(file);
  if (from === to) return {};
  if (found?.text !== from) {
    throw new ToolFailure(EXIT.tryAgain, `${file}: somebody has changed it meanwhile; it was left as it is`);
  }
  const backup = found === undefined ? {} : { backup: backUpForeign(file, found) };
  if (to !== undefined) writeForeign(file, found, to);
  else if (found !== undefined) deleteForeign(file, found);
  return backup;
}

/**
 * What was there before the installation, byte for byte: one of the copies, or nothing at all, if installing into that
 * gives what is there now. If somebody has changed the file since, what is there now without our hooks.
 */
function textWithout(place: HookPlace, text: string, program: HookProgram): string | undefined {
  if (ourHandlers(place, text, program).length === 0) return text;
  for (const path of backupsOf(place.file).slice(0, MOST_BACKUPS_READ)) {
    const copy = readForeign(path)?.text ?? '';
    if (gives(place, copy, text, program)) return copy;
  }
  return installed(place, undefined, program) === text ? undefined : removed(place, text, program);
}

function gives(place: HookPlace, copy: string, text: string, program: HookProgram): boolean {
  try {
    return ourHandlers(place, copy, program).length === 0 && installed(place, copy, program) === text;
  } catch (error) {
    if (error instanceof ToolFailure) return false; // a copy that somebody has spoiled
    throw error;
  }
}

function memoryOf({ state }: Directories): string {
  return join(state, 'hooks.json');
}

function remember(places: Directories, known: readonly HookPlace[]): void {
  const byFile = new Map(known.map(({ agent, scope, file }) => [file, { agent, scope, file }]));
  const text = `${JSON.stringify([...byFile.values()], undefined, 2)}\n`;
  makePrivateDirectory(places.state);
  if ((readFileIfAny(memoryOf(places)) ?? '[]\n') !== text) replaceFile(memoryOf(places), text);
}

async function alone<Result>(places: Directories, work: () => Result): Promise<Result> {
  const lock = await acquireLock(join(places.state, 'hooks.lock'), { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) throw new ToolFailure(EXIT.tryAgain, 'another process changes the hooks');
  try {
    return work();
  } finally {
    lock.release();
  }
}
