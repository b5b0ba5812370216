// Starts the daemon: a contained tree like any other, but with another owner than this process, so that it lives on
// when this one ends, and ends with everything it has started when its owner does, however that dies.

import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { Readable } from 'node:stream';

import { spawnContained, type Identity } from '../../index.js';
import { budgetSignal } from '../budget.js';
import { EXIT, ToolFailure } from '../failure.js';
import { openRotated } from '../log.js';
import type { Workplace } from '../workplace.js';
import { placeOf } from './place.js';
import { DAEMON_GRACE_MS } from './run.js';

const PROGRAM = join(__dirname, '..', '..', '..', 'bin', 'holdfast.js');
/** Where a started daemon tells that it runs. */
export const TELL_FD = 3;

export interface DaemonStart {
  readonly workplace: Workplace;
  readonly owner: Identity;
  /** Absolute. */
  readonly projects: readonly string[];
  readonly intervalMs: number;
  /** Absolute; undefined: the usual one. */
  readonly configFile: string | undefined;
  /** How long it may take until it runs. */
  readonly waitMs: number;
}

/** Resolves when the daemon runs, or with `busy` when another was faster. Nothing of it is left when this rejects. */
export async function startDaemon(start: DaemonStart): Promise<'running' | 'busy'> {
  const { workplace, owner, projects, waitMs } = start;
  const log = openRotated(workplace.directories.logs, 'daemon.log');
  const child = spawnContained(process.execPath, [PROGRAM, ...wordsFor(start)], {
    cwd: parse(process.execPath).root,
    stdio: ['ignore', log.fd, log.fd, 'pipe'],
    detached: true,
    windowsHide: true,
    containment: { owner, label: placeOf(workplace, projects).label, whenOwnerDies: 'terminate', grace: DAEMON_GRACE_MS },
  });
  closeSync(log.fd);
  const told = child.stdio[TELL_FD] as Readable;
  try {
    const said = await Promise.race([wordFrom(told), once(child, 'exit').then(() => 'gone'), silence(waitMs), endOfBudget()]);
    if (said === 'running' || said === 'busy') return said;
    await child.tree.kill();
    const problem = said === 'gone' ? 'the daemon ended at once' : `the daemon did not run within ${waitMs} ms`;
    budgetSignal()?.throwIfAborted();
    throw new ToolFailure(said === 'gone' ? EXIT.notDone : EXIT.timeout, `${problem}; ${log.path} says why`);
  } finally {
    told.destroy();
    child.unref();
  }
}

function wordsFor({ projects, intervalMs, configFile }: DaemonStart): readonly string[] {
  const words = ['save', 'daemon', 'run', '--tell', '--interval', `${intervalMs}ms`];
  if (configFile !== undefined) words.push('--config', configFile);
  return [...words, ...projects.flatMap((path) => ['--project', path])];
}

async function wordFrom(told: Readable): Promise<string> {
  let text = '';
  for await (const part of told.setEncoding('utf8')) {
    text += String(part);
    if (text.includes('\n')) break;
  }
  return text.trim();
}

function endOfBudget(): Promise<string> {
  return new Promise((resolve) => budgetSignal()?.addEventListener('abort', () => resolve('late'), { once: true }));
}

function silence(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('silent'), ms).unref());
}
