// Which tree a word on the command line means: its id, its label, or the beginning of its id.

import type { RecordedTree } from '../tree/record.js';
import { Misuse } from './exit-codes.js';

const SHORTEST_PREFIX = 4;
const SHORTEST_SHOWN = 8;

/** Undefined when there is none. A word that fits several is a misuse that lists them. */
export function treeNamed(word: string, trees: readonly RecordedTree[]): RecordedTree | undefined {
  const exact = trees.find(({ info }) => info.id === word);
  if (exact !== undefined) return exact;
  const fitting = trees.filter(({ info }) => info.label === word || isPrefix(word, info.id));
  if (fitting.length < 2) return fitting[0];
  const names = fitting.map(({ info }) => `${info.id}${info.label === undefined ? '' : ` (${info.label})`}`);
  throw new Misuse(`'${word}' may be any of ${fitting.length} trees, name one: ${names.join(', ')}`);
}

/** As much of an id as tells it from the others. */
export function shortened(id: string, all: readonly string[]): string {
  for (let length = SHORTEST_SHOWN; length < id.length; length += 1) {
    const prefix = id.slice(0, length);
    if (all.every((other) => other === id || !other.startsWith(prefix))) return prefix;
  }
  return id;
}

function isPrefix(word: string, id: string): boolean {
  return word.length >= SHORTEST_PREFIX && id.startsWith(word);
}
