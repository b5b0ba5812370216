// `holdfast guard-path`: where the native program is, for those who want no Node at all.

import { guardPath } from '../../addon/native-files.js';
import { parseArguments } from '../arguments.js';
import { print } from '../output.js';

const HELP = `usage: holdfast guard-path

Prints the path of the native program, which runs commands without Node.

Examples:
  "$(holdfast guard-path)" run -- command

Exit codes: 0; 64 wrong usage; 125 it is missing.
`;

export function showGuardPath(args: readonly string[]): void {
  if (parseArguments(args, { command: 'guard-path', options: {}, budgetMs: null, help: HELP }) !== undefined) print([guardPath()]);
}
