// `holdfast save`: its parts, each loaded only when it is asked for.

import type * as SaveNow from './save-now.js';
import type * as SaveDaemon from './save-daemon.js';
import { Misuse } from '../exit-codes.js';
import { printText } from '../output.js';

const HELP = `usage: holdfast save now [-m TEXT] [options]
       holdfast save daemon start|stop|status|run [options]

Saves the context of a project: the state of its repository and what was last said.

  now      once, whether anything has changed or not
  daemon   at intervals, while its owner lives
  --help

Examples:
  holdfast save now -m 'the parser is done, the printer is next'
  holdfast save daemon start --project ~/src/app
  holdfast save now --help
  holdfast save daemon --help

Exit codes: those of the part; 64 wrong usage.
`;

type Part = (args: readonly string[]) => Promise<void>;

const PARTS: Readonly<Record<string, Part>> = {
  now: (args) => (load('./save-now.js') as typeof SaveNow).saveNow(args),
  daemon: (args) => (load('./save-daemon.js') as typeof SaveDaemon).saveDaemon(args),
};

export async function save([word = '', ...args]: readonly string[]): Promise<void> {
  if (word === '--help' || word === '-h') return printText(HELP);
  const part = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
  if (part === undefined) throw new Misuse(`save expects one of ${Object.keys(PARTS).join(', ')}, got '${word}'`);
  await part(args);
}

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily, and without a promise
  return require(path);
}
