// A directory as remote: a mounted share, or one that another program carries on. What may hang, because its mount is
// of a network or of a program, is written by a contained child with a deadline, any other from here.

import type { SyncConfig } from '../config/config.js';
import { DeadlinePassed } from '../deadline.js';
import { look, type Sight } from '../look/look.js';
import type { ProjectName } from '../save/project-key.js';
import { newestAt, putAll, type DirectoryAnswer } from './directory.js';
import { msLeft, type Attempt, type Found, type Offer, type Outcome, type Target, type Trouble } from './target.js';

const MODULE = require.resolve('./directory.js');
const BATCH = 8;
const MISCONFIGURED: readonly string[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENAMETOOLONG'];
const ABSENT: readonly string[] = ['ENOENT', 'EIO', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN', 'ETIMEDOUT', 'ENODEV', 'ENXIO'];

export class DirectoryTarget implements Target {
  readonly name: string;
  readonly lanes = 1;
  readonly batch = BATCH;
  readonly #directory: string;
  readonly #settings: SyncConfig;

  constructor(directory: string, settings: SyncConfig) {
    this.name = directory;
    this.#directory = directory;
    this.#settings = settings;
  }

  async deliver(offers: readonly Offer[], attempt: Attempt): Promise<readonly Outcome[]> {
    try {
      const answers = await look(this.#sight(attempt), MODULE, putAll, this.#directory, offers);
      return answers.map(outcomeOf);
    } catch (error) {
      const trouble = this.#troubleOf(error, attempt);
      return offers.map(() => trouble);
    }
  }

  async newest(project: ProjectName, attempt: Attempt): Promise<Found> {
    try {
      return { kind: 'found', record: await look(this.#sight(attempt), MODULE, newestAt, this.#directory, project) };
    } catch (error) {
      return this.#troubleOf(error, attempt);
    }
  }

  close(): void {
    // nothing is kept between two deliveries
  }

  #sight(attempt: Attempt): Sight {
    const deadlineMs = Math.max(1, Math.min(this.#settings.requestTimeoutMs, Math.floor(msLeft(attempt))));
    return { path: this.#directory, deadlineMs, signal: attempt.signal };
  }

  #troubleOf(error: unknown, attempt: Attempt): Trouble {
    const { message, code } = error as NodeJS.ErrnoException;
    if (attempt.signal.aborted) return { kind: 'unreachable', reason: 'stopped by the caller' };
    if (code !== undefined) return troubleBy(code, message);
    if (error instanceof DeadlinePassed || message.startsWith(this.#directory)) return { kind: 'unreachable', reason: message };
    throw error;
  }
}

function outcomeOf({ result, code = '', message = '' }: DirectoryAnswer): Outcome {
  if (result === 'there') return { kind: 'acknowledged' };
  if (result === 'other') return { kind: 'refused', reason: 'the directory holds something else by this id' };
  return troubleBy(code, message);
}

function troubleBy(code: string, message: string): Trouble {
  if (MISCONFIGURED.includes(code)) return { kind: 'misconfigured', reason: message };
  if (!ABSENT.includes(code)) return { kind: 'postponed', reason: message };
  const hint = code === 'ENOENT' ? ' (the directory is never made: a share that is not mounted would be missed)' : '';
  return { kind: 'unreachable', reason: message + hint };
}
