// The one JSON object that a hook prints, as the agent wants it. Whatever happens, an agent is never told to block
// anything.

import { writeSync } from 'node:fs';

import type { Agent } from './events.js';

const STDOUT = 1;
/** What every agent that takes context takes of it (docs/hooks.md#agents). */
const LONGEST_CONTEXT = 10_000;

/** Which events take context, by the names of the agents that document it. */
const TAKES_CONTEXT = /^(SessionStart|UserPromptSubmit|BeforeAgent)$/;

export class Answer {
  agent: Agent | undefined;
  eventName: string | undefined;
  /** For the model. */
  context: string | undefined;
  /** For the user. */
  message: string | undefined;
  #isSent = false;

  /** Whether the agent does anything with `context` at this event. */
  get takesContext(): boolean {
    return this.agent !== 'cursor' && this.eventName !== undefined && TAKES_CONTEXT.test(this.eventName);
  }

  /** Prints it, once. Where nobody reads it any more nothing can be done about it. */
  send(): void {
    if (this.#isSent) return;
    this.#isSent = true;
    writeAll(Buffer.from(`${JSON.stringify(this.#object())}\n`));
  }

  #object(): object {
    if (this.agent === 'cursor') return { continue: true };
    return {
      ...(this.message !== undefined && { systemMessage: this.message }),
      ...(this.takesContext &&
        this.context !== undefined &&
        this.context !== '' && {
          hookSpecificOutput: {
            hookEventName: this.eventName,
            additionalContext: this.context.slice(0, LONGEST_CONTEXT),
          },
        }),
    };
  }
}

const PATIENCE_MS = 100;

/** Not process.stdout: what it has not written yet is lost at exit where it is a pipe that does not block. */
function writeAll(bytes: Buffer): void {
  const giveUp = performance.now() + PATIENCE_MS;
  let written = 0;
  while (written < bytes.length && performance.now() < giveUp) {
    try {
      written += writeSync(STDOUT, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // closed, or a file on a full disk
    }
  }
}
