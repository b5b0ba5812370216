// The end of what an agent has written down of its session, for those who want it in what is saved.

import { readTail } from '../bounded-file.js';
import type { Config } from '../config/config.js';
import { look } from '../look/look.js';

export interface Tail {
  /** Of the transcript; meanwhile another session may have become the last one. */
  readonly path: string | null;
  readonly text: string | null;
  readonly warnings: readonly string[];
}

export async function transcriptTail({ transcriptTailBytes }: Config['save'], path: string | null): Promise<Tail> {
  if (transcriptTailBytes === 0 || path === null) return { path, text: null, warnings: [] };
  try {
    return { path, text: await look(path, __filename, wholeLinesIn, path, transcriptTailBytes), warnings: [] };
  } catch (error) {
    return { path, text: null, warnings: [(error as Error).message] };
  }
}

/** The last lines of a file. The first one is left out: it is not whole, and may be the end of a secret. */
export async function wholeLinesIn(path: string, most: number): Promise<string | null> {
  const bytes = await readTail(path, most);
  if (bytes === undefined) return null;
  const text = bytes.toString('utf8');
  return bytes.length < most ? text : text.slice(text.indexOf('\n') + 1);
}
