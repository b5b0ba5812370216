// Which scheduler this system has.

import { dirname, join } from 'node:path';

import { guardPath } from '../../native-api.js';
import { EXIT, ToolFailure } from '../failure.js';
import type { Ask, Backend } from './backend.js';
import { cron } from './cron.js';
import { BACKENDS, type BackendName } from './job.js';
import { launchd } from './launchd.js';
import { systemd } from './systemd.js';
import { taskScheduler } from './task-scheduler.js';

const USUAL: Readonly<Partial<Record<NodeJS.Platform, readonly BackendName[]>>> = {
  win32: ['task-scheduler'],
  darwin: ['launchd'],
};

/** The first that this system has, or the one that was named, which has to be there. */
export async function chooseBackend(wish: BackendName | 'auto', ask: Ask): Promise<Backend> {
  const names = wish === 'auto' ? (USUAL[process.platform] ?? ['systemd', 'cron']) : [wish];
  const problems: string[] = [];
  for (const name of names) {
    const backend = await backendNamed(name, ask);
    const problem = await backend.unavailable(ask);
    if (problem === undefined) return backend;
    problems.push(`${name}: ${problem}`);
  }
  throw new ToolFailure(EXIT.notDone, `no scheduler can be used: ${problems.join('; ')}`);
}

/** Without asking whether it is there: what it would write can be shown anywhere. */
export async function backendNamed(name: BackendName, ask: Ask): Promise<Backend> {
  if (name === 'systemd') return systemd;
  if (name === 'launchd') return launchd;
  if (name === 'cron') return cron;
  return taskScheduler({ sid: await ownSid(ask), launcher: join(dirname(guardPath()), 'holdfast-guardw.exe') });
}

export function isBackend(word: string): word is BackendName {
  return (BACKENDS as readonly string[]).includes(word);
}

const SOMEBODY = 'S-1-0-0';

/** Elsewhere a task can be shown, and is nobody's. */
async function ownSid(ask: Ask): Promise<string> {
  if (process.platform !== 'win32') return SOMEBODY;
  const { stdout, stderr } = await ask(['whoami.exe', '/user', '/fo', 'csv', '/nh']);
  const sid = /\bS-1-[0-9-]+\b/.exec(stdout)?.[0];
  if (sid !== undefined) return sid;
  throw new ToolFailure(EXIT.notDone, `whoami does not tell the SID of this user: ${stderr.trim()}`);
}
