// A call to a guard that is another process's: over the socket beside the record (docs/protocol.md), with a time for
// every answer, because a guard may have been stopped.

import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

import { wordOf } from './facts.js';

const LONGEST_ADDRESS = 107; // sun_path without its NUL, unix(7)

/** What is waited for. */
interface Awaited {
  readonly last: readonly string[];
  readonly settle: (lines: readonly string[] | undefined) => void;
}

export class GuardCall {
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #partial = '';
  #over = false;
  #awaited: Awaited | undefined;

  constructor(path: string) {
    const address = new Address(path);
    this.#socket = connect(address.path);
    this.#socket.once('connect', () => address.close());
    this.#socket.on('data', (bytes: Buffer) => {
      this.#take(bytes.toString('latin1'));
    });
    this.#socket.on('error', () => undefined); // 'close' follows, and means the same
    this.#socket.once('close', () => {
      address.close();
      this.#over = true;
      this.#awaited?.settle(undefined);
    });
  }

  /** The guard has hung up, or could not be reached. */
  get over(): boolean {
    return this.#over;
  }

  say(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  /** The lines up to one with such a word; undefined when the guard hangs up or does not say it in time. */
  hear(last: readonly string[], deadlineMs: number): Promise<readonly string[] | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#awaited?.settle(undefined), deadlineMs);
      const settle = (lines: readonly string[] | undefined): void => {
        clearTimeout(timer);
        this.#awaited = undefined;
        resolve(lines);
      };
      this.#awaited = { last, settle };
      this.#look();
    });
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    this.#lines.push(...lines);
    this.#look();
  }

  #look(): void {
    const awaited = this.#awaited;
    if (awaited === undefined) return;
    const at = this.#lines.findIndex((line) => awaited.last.includes(wordOf(line)));
    if (at >= 0) awaited.settle(this.#lines.splice(0, at + 1));
    else if (this.#over) awaited.settle(undefined);
  }
}

/** A path that is too long for an address is shortened by way of its directory, which stays open until it is used. */
class Address {
  readonly path: string;
  #directory: number | undefined;

  constructor(path: string) {
    this.path = path;
    if (process.platform !== 'linux' || Buffer.byteLength(path) <= LONGEST_ADDRESS) return;
    this.#directory = openSync(dirname(path), 'r');
    this.path = `/proc/self/fd/${this.#directory}/${basename(path)}`;
  }

  close(): void {
    if (this.#directory !== undefined) closeSync(this.#directory);
    this.#directory = undefined;
  }
}
