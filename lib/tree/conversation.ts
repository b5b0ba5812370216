// Questions to a guard and their answers, over a TreeLink: the addon's, or portable-tree-link.ts.

import type { TreeLink } from '../addon/binding.js';
import { ContainmentError } from '../errors.js';
import { fieldsOf, unescapeField, wordOf } from './facts.js';

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  members: ['members'],
  usage: ['usage'],
  signal: ['sent'],
  release: ['released', 'not-released'],
};

interface Question {
  /** The words that end the answer. */
  readonly last: readonly string[];
  readonly lines: string[];
  readonly settle: (answer: readonly string[] | undefined) => void;
}

/** Questions to a guard and their answers, which come in the order of the questions. */
export class Conversation {
  readonly #link: TreeLink;
  readonly #open: Question[] = [];

  constructor(link: TreeLink) {
    this.#link = link;
  }

  /** How many questions wait for their answer. */
  get pending(): number {
    return this.#open.length;
  }

  /**
   * The lines of the answer, the last word included; undefined when the guard has gone without one. Rejects when the
   * guard does not answer in time. Holds no event loop.
   */
  ask(line: string, deadlineMs: number): Promise<readonly string[] | undefined> {
    return new Promise((resolve, reject) => {
      const late = (): void => {
        const message = `the guard did not answer '${line}' within ${deadlineMs} ms`;
        reject(new ContainmentError('ERR_HOLDFAST_NO_ANSWER', message));
      };
      // Not at once: while the event loop was blocked the answer may have come.
      const timer = setTimeout(() => setImmediate(late), deadlineMs).unref();
      this.#put(line, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  /** Asks the guard for a sign of life. */
  ping(): void {
    this.#put('usage', () => undefined);
  }

  /**
   * Asks without leaving the call. Gives up when one wait after the other has passed. What else the guard says
   * meanwhile goes to `others`.
   */
  askNow(
    line: string,
    waitsMs: Iterable<number>,
    others: (lines: readonly string[]) => void,
  ): readonly string[] | undefined {
    let answer: readonly string[] | undefined;
    const question = this.#put(line, (lines) => (answer = lines));
    for (const waitMs of waitsMs) {
      const until = performance.now() + waitMs;
      while (this.#open.includes(question)) {
        const lines = this.#link.receive(Math.max(0, Math.ceil(until - performance.now())));
        if (lines.length === 0) break;
        others(lines.filter((received) => !this.take(received)));
      }
      if (answer !== undefined) break;
    }
    return answer;
  }

  /** Whether the line was part of an answer. */
  take(line: string): boolean {
    const [question] = this.#open;
    if (question === undefined) return false;
    const word = wordOf(line);
    const isLast = question.last.includes(word);
    if (!isLast && !(word === 'member' && question.last.includes('members'))) return false;
    question.lines.push(line);
    if (isLast) this.#open.shift();
    if (isLast) question.settle(question.lines);
    return true;
  }

  /** Settles every question that will not be answered any more. */
  end(): void {
    for (const question of this.#open.splice(0)) question.settle(undefined);
  }

  #put(line: string, settle: Question['settle']): Question {
    const question = { last: ANSWERS[wordOf(line)] ?? [], lines: [], settle };
    this.#open.push(question);
    // A negative errno means that the guard has gone; the end of the link settles the question.
    void this.#link.send(line);
    return question;
  }
}

/** Checks the answer to `release`; none has come when the tree has ended, or in time. */
export function requireReleased(id: string, answer = ''): void {
  if (answer === 'released') return;
  const [call = '', code = '', errno] = fieldsOf(answer);
  if (errno === undefined) {
    const message = `tree ${id} has ended, or its guard did not acknowledge the release and is to end it`;
    throw new ContainmentError('ERR_HOLDFAST_RELEASE_FAILED', message);
  }
  const syscall = unescapeField(call);
  const facts = { errno: -Number(errno), syscall };
  throw new ContainmentError('ERR_HOLDFAST_RELEASE_FAILED', `${code}: ${syscall}, release of tree ${id}`, facts);
}
