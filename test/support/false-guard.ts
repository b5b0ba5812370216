// What a guard never does: a record that the test itself holds, and a socket that answers as the test likes.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { lock, type FileLock } from '#lib/native-api.js';

import { within } from './eventually.js';
import { SOME_ID, recordText, writeRecord, type RecordLines } from './records.js';

export class FalseGuard {
  readonly #lock: FileLock;
  readonly #server: Server;
  /** What came in, as it came. */
  heard = '';

  private constructor(held: FileLock, server: Server) {
    this.#lock = held;
    this.#server = server;
  }

  /** `answer` goes to whoever calls, once he has said something; nothing is no answer at all. */
  static async begin(directory: string, lines: RecordLines, answer: string | undefined): Promise<FalseGuard> {
    const socket = `${SOME_ID}.sock`;
    const held = lock(writeRecord(directory, recordText({ socket, ...lines })));
    const server = createServer();
    const guard = new FalseGuard(held, server);
    server.on('connection', (caller) => {
      caller.on('error', () => undefined);
      caller.on('data', (bytes: Buffer) => {
        guard.heard += bytes.toString();
        if (answer !== undefined) caller.end(answer);
      });
    });
    await within('the false guard listens', once(server.listen(join(directory, socket)), 'listening'));
    return guard;
  }

  end(): void {
    this.#server.close();
    this.#lock.release();
  }
}
