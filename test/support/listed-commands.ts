// The commands, groups and parts that `holdfast --help` lists.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { PROJECT_ROOT } from './project.js';

const PART = /^\[?([a-z][a-z-]*(?:\|[a-z][a-z-]*)*)\]?$/;

/** `a b|c [options]` are `a`, `a b` and `a c`. */
function commandsIn(usage: string): string[][] {
  const words = usage.split(' ');
  const end = words.findIndex((word) => word === '[options]' || !PART.test(word));
  const parts = (end < 0 ? words : words.slice(0, end)).map((word) => (PART.exec(word)?.[1] ?? '').split('|'));
  const longer = (commands: string[][], part: string[]): string[][] =>
    commands.flatMap((command) => part.map((word) => [...command, word]));
  return parts.flatMap((_, at) => parts.slice(0, at + 1).reduce(longer, [[]]));
}

/** Their words, with spaces between them. */
export function listedCommands(): readonly string[] {
  const help = execFileSync(execPath, [join(PROJECT_ROOT, 'bin', 'holdfast.js'), '--help'], { encoding: 'utf8' });
  const usages = [...help.matchAll(/^(?:usage:| {6}) holdfast (.*)$/gm)].map(([, usage = '']) => usage);
  return [...new Set(usages.flatMap(commandsIn).map((words) => words.join(' ')))];
}
