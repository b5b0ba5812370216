// Asks a person before something is changed.

import { createInterface } from 'node:readline/promises';

import { besideBudget } from '../tools/budget.js';
import { printText } from './output.js';

/** False when it was not a yes, or nobody is there to ask. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  printText(`${question} [y/N] `);
  const asking = createInterface({ input: process.stdin });
  try {
    const gone = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
    const answer = await besideBudget(() => Promise.race([asking.question(''), gone]));
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
