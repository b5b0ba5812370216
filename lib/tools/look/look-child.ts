// The child of look.ts: asked on standard input, it looks, and answers on standard output.

import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { exitAtOnce } from '../../native-api.js';
import { withinDeadline } from '../deadline.js';
import type { Found, Question } from './look.js';

type Work = (...args: readonly unknown[]) => Promise<unknown>;

async function answer(path: string): Promise<Found> {
  try {
    const { module, name, args, deadlineMs } = JSON.parse(await text(process.stdin)) as Question;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module is named by the question
    const { [name]: work } = require(module) as Readonly<Record<string, Work>>;
    if (work === undefined) throw new Error(`${module} exports no ${name}`);
    return { found: await withinDeadline(work(...args), deadlineMs, path) };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { problem: message, ...(code !== undefined && { code }) };
  }
}

const STDOUT = 1;

/** All of it is written when this returns: the other end is a pipe that its reader empties. */
function tell(found: Found): void {
  let rest = Buffer.from(JSON.stringify(found));
  while (rest.length > 0) rest = rest.subarray(writeSync(STDOUT, rest));
}

void answer(process.argv[2] ?? '').then((found) => {
  tell(found);
  exitAtOnce(0);
});
