// Reads what an agent writes to a hook. Some agents never close the pipe: reading ends with the first whole JSON
// object, after a second, or when it is too much.

import type { Input } from './standard-input.js';

export const PAYLOAD_WAIT_MS = 1000;
export const LARGEST_PAYLOAD = 8 * 1024 * 1024;

export type PayloadRead =
  | { readonly payload: Readonly<Record<string, unknown>> }
  /** Why there is none. */
  | { readonly problem: string };

export async function readPayload(input: Input, waitMs = PAYLOAD_WAIT_MS): Promise<PayloadRead> {
  const chunks: Buffer[] = [];
  const end = new ObjectEnd();
  const problem = await new Promise<string | undefined>((resolve) => {
    let bytes = 0;
    let look: NodeJS.Immediate | undefined;
    const tooLate = setTimeout(() => lookAgain(-1), waitMs);
    const settle = (outcome: string | undefined): void => {
      clearTimeout(tooLate);
      clearImmediate(look);
      input.destroy();
      resolve(outcome);
    };
    // The time may be over before a busy process has looked for what came long ago: after a timer Node polls.
    const lookAgain = (before: number): void => {
      if (bytes === before) settle(`no whole JSON object within ${Math.round(waitMs)} ms`);
      else look = setImmediate(lookAgain, bytes);
    };
    input.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      const length = end.after(chunk);
      chunks.push(chunk.subarray(0, length));
      if (bytes > LARGEST_PAYLOAD) settle(`more than ${LARGEST_PAYLOAD} bytes`);
      else if (end.reached) settle(undefined);
      else if (end.isImpossible) settle('expected a JSON object');
    });
    input.once('end', () => settle('it ended before a whole JSON object'));
    input.once('error', (error) => settle(error.message));
  });
  return problem === undefined ? parsed(Buffer.concat(chunks).toString('utf8')) : { problem };
}

function parsed(text: string): PayloadRead {
  try {
    return { payload: JSON.parse(text) as Record<string, unknown> };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

const BYTE = { quote: 0x22, backslash: 0x5c, open: 0x7b, close: 0x7d } as const;
const BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/** Finds the end of the first object, looking at each byte once however small the pieces are. */
class ObjectEnd {
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #hasBegun = false;
  reached = false;
  isImpossible = false;

  /** How many bytes of the chunk belong to it. */
  after(chunk: Buffer): number {
    for (const [at, byte] of chunk.entries()) {
      if (this.#hasBegun) this.#look(byte);
      else this.#begin(byte);
      if (this.reached || this.isImpossible) return at + 1;
    }
    return chunk.length;
  }

  #begin(byte: number): void {
    if (BLANKS.includes(byte)) return;
    this.#hasBegun = byte === BYTE.open;
    this.isImpossible = !this.#hasBegun;
    this.#depth = 1;
  }

  #look(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#isInText) {
      this.#isEscaped = byte === BYTE.backslash;
      this.#isInText = byte !== BYTE.quote;
    } else if (byte === BYTE.quote) this.#isInText = true;
    else if (byte === BYTE.open) this.#depth += 1;
    else if (byte === BYTE.close) {
      this.#depth -= 1;
      this.reached = this.#depth === 0;
    }
  }
}
