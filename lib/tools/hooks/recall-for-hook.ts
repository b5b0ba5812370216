// What an agent is told of the last saved context: when a session begins, and at the first prompt of a session that
// was not told anything. A session that has saved that context itself knows it, unless it has just lost its memory.

import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { makePrivateDirectory, readFileIfAny, replaceFile } from '../private-files.js';
import { recallText } from '../save/recall.js';
import type { Workplace } from '../workplace.js';
import type { HookCall } from './hook-call.js';

/** How many sessions are remembered that need not be told again. */
const MOST_REMEMBERED = 64;
/** Why a session begins that still knows what it has saved. */
const REMEMBERS = 'resume';

/** Undefined when there is nothing to tell, or the configuration does not want it. */
export function recallForHook(workplace: Workplace, call: HookCall, root: string): string | undefined {
  const { recall, recallMaxChars } = workplace.config.hooks;
  if (!recall || recallMaxChars === 0) return undefined;
  const record = workplace.store.latestOf(root);
  if (record === undefined) return undefined;
  const told = new ToldSessions(workplace.directories.state);
  const isOwn = call.sessionId !== undefined && record.session?.id === call.sessionId;
  const isDue =
    call.event === 'session-start'
      ? !(isOwn && call.source === REMEMBERS)
      : call.sessionId !== undefined && !isOwn && !told.has(call.sessionId);
  if (!isDue) return undefined;
  if (call.sessionId !== undefined) told.add(call.sessionId);
  return recallText(record, { maxChars: recallMaxChars });
}

/** Two hooks at once may forget one of their sessions, which is told twice then. */
class ToldSessions {
  readonly #state: string;
  readonly #path: string;

  constructor(state: string) {
    this.#state = state;
    this.#path = join(state, 'told-sessions');
  }

  has(session: string): boolean {
    return this.#digests().includes(digestOf(session));
  }

  add(session: string): void {
    const others = this.#digests().filter((digest) => digest !== digestOf(session));
    makePrivateDirectory(this.#state);
    replaceFile(this.#path, `${[...others, digestOf(session)].slice(-MOST_REMEMBERED).join('\n')}\n`);
  }

  #digests(): readonly string[] {
    return (readFileIfAny(this.#path) ?? '').split('\n').filter((line) => line !== '');
  }
}

function digestOf(session: string): string {
  return createHash('sha256').update(session).digest('hex').slice(0, 32);
}
