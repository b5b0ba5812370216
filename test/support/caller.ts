// Talks to a guard over the socket beside its record, byte by byte as docs/protocol.md has it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';

import { eventually, within } from './eventually.js';

/** The socket that a record names, once it does. */
export async function socketOf(record: string): Promise<string> {
  const named = await eventually('the record names a socket', () => {
    const text = readFileSync(record, 'latin1');
    return /^socket (.*)$/m.exec(text) ?? undefined;
  });
  return join(dirname(record), named[1] ?? '');
}

export class Caller {
  readonly socket: Socket;
  readonly lines: string[] = [];
  readonly #closed: Promise<unknown>;
  #partial = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined); // being hung up on is what some tests want
    socket.on('data', (bytes: Buffer) => {
      const lines = (this.#partial + bytes.toString('latin1')).split('\n');
      this.#partial = lines.pop() ?? '';
      this.lines.push(...lines);
    });
  }

  static async reach(record: string): Promise<Caller> {
    const socket = connect(await socketOf(record));
    await within('the guard lets the caller in', once(socket, 'connect'));
    return new Caller(socket);
  }

  say(line: string): void {
    this.socket.write(`${line}\n`);
  }

  /** The first line that fits. */
  async hears(pattern: RegExp): Promise<string> {
    return eventually(`the guard says ${String(pattern)}`, () =>
      this.lines.find((line) => pattern.test(line)),
    );
  }

  async isHungUpOn(): Promise<void> {
    await within('the guard hangs up', this.#closed);
  }

  hangUp(): void {
    this.socket.destroy();
  }
}
