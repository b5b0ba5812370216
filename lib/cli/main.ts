// The command `holdfast`. Each command is loaded only when it is asked for: start-up time is part of every
// `holdfast run`.

import type * as Doctor from './doctor.js';
import type * as Help from './help.js';
import type * as Run from './run.js';
import type * as GuardPath from '../native/guard-path.js';
import { EXIT_CONTAINMENT_FAILED, misuse } from './exit-codes.js';

type Command = (args: readonly string[]) => void | Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: (args) => (load('./run.js') as typeof Run).run(args),
  doctor: (args) => (load('./doctor.js') as typeof Doctor).doctor(args),
  'guard-path': (args) => {
    const { guardPath } = load('../native/guard-path.js') as typeof GuardPath;
    if (requireNone('guard-path', args)) console.log(guardPath());
  },
  version: () => (load('./help.js') as typeof Help).printVersion(),
  help: () => (load('./help.js') as typeof Help).printHelp(),
};

const SYNONYMS: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

export function main(args: readonly string[]): void {
  const [word = '', ...rest] = args;
  const command = COMMANDS[SYNONYMS[word] ?? word];
  if (command === undefined) {
    misuse(word === '' ? 'no command given' : `unknown command '${word}'`);
    return;
  }
  void perform(command, rest);
}

async function perform(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command(args);
  } catch (error) {
    console.error(`holdfast: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_CONTAINMENT_FAILED;
  }
}

function requireNone(command: string, args: readonly string[]): boolean {
  if (args.length === 0) return true;
  misuse(`${command} takes no arguments, got '${args.join(' ')}'`);
  return false;
}

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily, and without a promise
  return require(path);
}
