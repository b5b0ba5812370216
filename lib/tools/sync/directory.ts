// What is done in a directory that is a remote. Each function is called from here, or by a child (look/look-child.ts)
// where the directory is on a mount that may hang.

import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { readBounded } from '../bounded-file.js';
import type { ContextRecord } from '../save/context-record.js';
import { projectKeyOf, type ProjectName } from '../save/project-key.js';
import { idIn, newestOf } from './newest.js';
import { isSameContext, parsedOrUndefined } from './same-context.js';
import type { Offer } from './target.js';

/** Of what others have put there; far more than a save makes. */
const LARGEST_CONTEXT = 16 * 1024 * 1024;

export interface DirectoryAnswer {
  readonly result: 'there' | 'other' | 'failed';
  readonly code?: string;
  readonly message?: string;
}

/** One answer for each offer, in their order. After one that failed nothing of its project is written. */
export async function putAll(directory: string, offers: readonly Offer[]): Promise<readonly DirectoryAnswer[]> {
  const failed = new Set<string>();
  const answers: DirectoryAnswer[] = [];
  for (const offer of offers) {
    const isHeldUp = failed.has(offer.project);
    const answer = isHeldUp ? { result: 'failed', message: 'one before it failed' } as const : await putOne(directory, offer);
    if (answer.result === 'failed') failed.add(offer.project);
    answers.push(answer);
  }
  return answers;
}

/** Of a project; undefined when there is none. */
export async function newestAt(directory: string, project: ProjectName): Promise<ContextRecord | undefined> {
  await stat(directory); // one that is not there is no directory without contexts
  const folder = join(directory, projectKeyOf(project));
  const names = (await namesIn(folder)).filter((name) => idIn(name) !== undefined);
  const listed = names.map(async (name) => ({ id: name.replace(/\.json$/, ''), modifiedMs: (await stat(join(folder, name))).mtimeMs }));
  return newestOf(await Promise.all(listed), project, async (id) => contextAt(join(folder, `${id}.json`)));
}

async function putOne(directory: string, offer: Offer): Promise<DirectoryAnswer> {
  const folder = join(directory, offer.project);
  const path = join(folder, `${offer.id}.json`);
  try {
    const known = await stateOf(path, offer);
    if (known !== undefined) return { result: known };
    await makeFolder(directory, folder);
    await put(folder, path, offer);
    return { result: (await stateOf(path, offer)) ?? 'failed' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { result: 'failed', ...(code !== undefined && { code }), message };
  }
}

/** Undefined when there is nothing by that name. */
async function stateOf(path: string, { id }: Offer): Promise<'there' | 'other' | undefined> {
  const found = await contextAt(path);
  if (found === undefined) return undefined;
  return isSameContext(found, id) ? 'there' : 'other';
}

/** Undefined when there is nothing by that name; null for what is no JSON, no file, or too large to be a context. */
async function contextAt(path: string): Promise<unknown> {
  const found = await lstat(path).catch(missing);
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > LARGEST_CONTEXT) return null;
  const bytes = await readBounded(path, found.size);
  return bytes === undefined ? undefined : (parsedOrUndefined(bytes.toString('utf8')) ?? null);
}

/** One name for each item and machine, so that what a killed one has left is written over and does not pile up. */
async function put(folder: string, path: string, { id, text }: Offer): Promise<void> {
  const writer = createHash('sha256').update(`${hostname()} ${process.getuid?.() ?? randomBytes(8).toString('hex')}`);
  const temporary = join(folder, `.${id}-${writer.digest('hex').slice(0, 8)}.tmp`);
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncNames(folder);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(missing)) ?? [];
}

function missing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

async function makeFolder(directory: string, folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  await syncNames(directory);
}

/** Some network file systems cannot (EINVAL), and Windows has no such call. */
async function syncNames(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await opened.close();
  }
}
