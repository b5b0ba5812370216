// `holdfast run`: becomes the native front, which takes the same options. Nothing of Node is left then.

import { readFileSync } from 'node:fs';

import { guardPath } from '../../addon/native-files.js';
import { binding } from '../../addon/load.js';

export function run(args: readonly string[]): void {
  if (process.platform === 'win32') runFor(process.ppid, args);
  const guard = guardPath();
  binding().execve(guard, [guard, 'run', ...asGiven(args)]);
}

/** Windows has no exec: this process waits, and its parent is whom `--owner parent` means. */
function runFor(parent: number, args: readonly string[]): never {
  const guard = guardPath();
  const env = Object.entries(process.env).map(([name, value = '']) => `${name}=${value}`);
  return binding().execve(guard, [guard, 'run-for', String(parent), ...args], env);
}

/** The bytes of the last words of this process, if they are these: what is not UTF-8 is lost in a string. */
function asGiven(args: readonly string[]): readonly (string | Uint8Array)[] {
  const own = ownWords();
  const words = own.slice(Math.max(0, own.length - args.length));
  const areThese = words.length === args.length && words.every((word, index) => word.toString() === args[index]);
  return areThese ? words : args;
}

/** None without /proc. */
function ownWords(): Buffer[] {
  try {
    const words = readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1);
    return words.map((word) => Buffer.from(word, 'latin1'));
  } catch {
    return [];
  }
}
