// What goes wrong in a hook: all of it to the log, and at most once a day a line to the user.

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { printable } from '../../printable.js';
import { directories, type Directories } from '../directories.js';
import { openLog, type Log } from '../log.js';
import { makePrivateDirectory } from '../private-files.js';
import type { Answer } from './answer.js';

export class Complaints {
  readonly #answer: Answer;
  readonly #places: Directories | undefined;
  readonly #log: Log | undefined;

  constructor(answer: Answer) {
    this.#answer = answer;
    this.#places = placesIfAny();
    this.#log = this.#places && openLog(this.#places.logs);
  }

  /** What is odd and harms nothing. */
  note(text: string): void {
    this.#log?.write('WARNING', 'hook', text);
  }

  /** What somebody has to do something about. */
  tell(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#log?.write('ERROR', 'hook', text);
    if (this.#places === undefined || this.#log === undefined || !takeTurnOfToday(join(this.#places.state, 'notices'))) return;
    this.#answer.message = `[WARNING] holdfast: ${printable(text)} (log: ${printable(this.#log.path)})`;
  }
}

function placesIfAny(): Directories | undefined {
  try {
    return directories();
  } catch {
    return undefined; // HOLDFAST_HOME makes no sense: then there is no place for a log either
  }
}

/** Whoever makes the file of today speaks. Where no file can be made nobody does: it could be every prompt. */
function takeTurnOfToday(directory: string): boolean {
  const today = new Date().toISOString().slice(0, 10);
  try {
    makePrivateDirectory(directory);
    writeFileSync(join(directory, today), '', { flag: 'wx', mode: 0o600 });
    for (const name of readdirSync(directory)) if (name < today) rmSync(join(directory, name), { force: true });
    return true;
  } catch {
    return false; // somebody has spoken today, or the disk is full
  }
}
