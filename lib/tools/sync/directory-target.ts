// A directory as remote: a mounted share, or one that another program carries on. It is written by a contained child
// with a deadline; when even SIGKILL does not end that, because its mount hangs, the sync goes on without it.

import { join } from 'node:path';

import { runChild, type ToolChildResult } from '../child.js';
import type { SyncConfig } from '../config/config.js';
import type { DirectoryAnswer, DirectoryRequest } from './directory-writer.js';
import { msLeft, type Attempt, type Offer, type Outcome, type Target } from './target.js';

const BATCH = 32;
/** For the end of a child that did not answer. */
const PATIENCE_MS = 1000;
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
    const timeoutMs = Math.max(1, Math.min(this.#settings.requestTimeoutMs, Math.floor(msLeft(attempt))));
    const request: DirectoryRequest = { directory: this.#directory, offers, verify: this.#settings.verify };
    const silent: Outcome = { kind: 'unreachable', reason: `${this.#directory} does not answer within ${timeoutMs} ms` };
    const ended = await this.#run(request, timeoutMs, attempt.signal);
    const answers = ended === undefined ? [] : answersOf(ended);
    const problem = ended === undefined || ended.timedOut ? silent : failureOf(ended);
    const rest: Outcome = answers.length > 0 ? { kind: 'postponed', reason: problem.reason } : problem;
    return offers.map(({ id }) => {
      const answer = answers.find((one) => one.id === id);
      return answer === undefined ? rest : this.#outcomeOf(answer);
    });
  }

  close(): void {
    // nothing is kept between two deliveries
  }

  /** Undefined when it could not be ended, or was not wanted any more. */
  async #run(request: DirectoryRequest, timeoutMs: number, signal: AbortSignal): Promise<ToolChildResult | undefined> {
    const file = process.execPath;
    const args = [join(__dirname, 'directory-writer.js')];
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs + PATIENCE_MS);
    });
    try {
      const run = runChild({ file, args, timeoutMs, input: JSON.stringify(request), signal });
      return await Promise.race([run, enough]);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #outcomeOf({ result, code = '', message = '' }: DirectoryAnswer): Outcome {
    if (result === 'there') return { kind: 'acknowledged' };
    if (result === 'other') return { kind: 'refused', reason: 'the directory holds something else by this id' };
    if (MISCONFIGURED.includes(code)) return { kind: 'misconfigured', reason: message };
    if (!ABSENT.includes(code)) return { kind: 'postponed', reason: message };
    const hint = code === 'ENOENT' ? ' (the directory is never made: a share that is not mounted would be missed)' : '';
    return { kind: 'unreachable', reason: message + hint };
  }
}

type Failed = Extract<Outcome, { readonly reason: string }>;

function failureOf({ code, signal, stderr }: ToolChildResult): Failed {
  const last = stderr.toString().trim().split('\n').at(-1) ?? '';
  return { kind: 'postponed', reason: `the writer ended by ${signal ?? `code ${String(code)}`}: ${last}` };
}

/** Whole lines only: it may have been killed while it wrote one. */
function answersOf({ stdout }: ToolChildResult): readonly DirectoryAnswer[] {
  const lines = stdout.toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as DirectoryAnswer);
}
