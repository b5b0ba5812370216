// The command `holdfast`. Each command is loaded only when it is asked for: start-up time is part of every
// `holdfast run`.

import type * as Budget from '../tools/budget.js';
import type * as Cleanup from './commands/cleanup.js';
import type * as ConfigCommand from './commands/config.js';
import type * as Doctor from './commands/doctor.js';
import type * as EndTree from './commands/end-tree.js';
import type * as Help from './help.js';
import type * as Hook from './commands/hook.js';
import type * as Hooks from './commands/hooks.js';
import type * as Ps from './commands/ps.js';
import type * as Recall from './commands/recall.js';
import type * as Run from './commands/run.js';
import type * as Save from './commands/save.js';
import type * as SaveCheck from './commands/save-check.js';
import type * as Schedule from './commands/schedule.js';
import type * as Setup from './commands/setup.js';
import type * as ShowGuardPath from './commands/show-guard-path.js';
import type * as ShowTree from './commands/show-tree.js';
import type * as Status from './commands/status.js';
import type * as Sync from './commands/sync.js';
import type * as Uninstall from './commands/uninstall.js';
import type * as TellFailure from './tell-failure.js';

type Command = (args: readonly string[]) => void | Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: (args) => (load('./commands/run.js') as typeof Run).run(args),
  ps: (args) => (load('./commands/ps.js') as typeof Ps).ps(args),
  tree: (args) => (load('./commands/show-tree.js') as typeof ShowTree).showTree(args),
  terminate: (args) => (load('./commands/end-tree.js') as typeof EndTree).terminate(args),
  kill: (args) => (load('./commands/end-tree.js') as typeof EndTree).kill(args),
  cleanup: (args) => (load('./commands/cleanup.js') as typeof Cleanup).cleanupCommand(args),
  sync: (args) => (load('./commands/sync.js') as typeof Sync).syncCommand(args),
  hook: (args) => (load('./commands/hook.js') as typeof Hook).hook(args),
  hooks: (args) => (load('./commands/hooks.js') as typeof Hooks).hooks(args),
  schedule: (args) => (load('./commands/schedule.js') as typeof Schedule).schedule(args),
  save: (args) => (load('./commands/save.js') as typeof Save).save(args),
  'save-check': (args) => (load('./commands/save-check.js') as typeof SaveCheck).saveCheckCommand(args),
  recall: (args) => (load('./commands/recall.js') as typeof Recall).recall(args),
  status: (args) => (load('./commands/status.js') as typeof Status).status(args),
  config: (args) => (load('./commands/config.js') as typeof ConfigCommand).configCommand(args),
  setup: (args) => (load('./commands/setup.js') as typeof Setup).setup(args),
  uninstall: (args) => (load('./commands/uninstall.js') as typeof Uninstall).uninstall(args),
  doctor: (args) => (load('./commands/doctor.js') as typeof Doctor).doctor(args),
  'guard-path': (args) => (load('./commands/show-guard-path.js') as typeof ShowGuardPath).showGuardPath(args),
  version: (args) => (load('./help.js') as typeof Help).version(args),
  help: (args) => (load('./help.js') as typeof Help).help(args),
};

/** They start at once, or end as another program. */
const WITHOUT_BUDGET: readonly string[] = ['run', 'hook', 'guard-path', 'help', 'version'];

const SYNONYMS: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

export function main(args: readonly string[]): void {
  const [word = '', ...rest] = args;
  const name = SYNONYMS[word] ?? word;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  void perform(command ?? unknown(word), rest, WITHOUT_BUDGET.includes(name));
}

function unknown(word: string): Command {
  return () => failures().refuse(word === '' ? 'no command given' : `unknown command '${word}'`);
}

async function perform(command: Command, args: readonly string[], isUntimed: boolean): Promise<void> {
  try {
    await command(args);
    if (!isUntimed) (load('../tools/budget.js') as typeof Budget).finishBudget();
  } catch (error) {
    failures().tellFailure(error);
  }
}

/** Most commands do not fail. */
function failures(): typeof TellFailure {
  return load('./tell-failure.js') as typeof TellFailure;
}

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily, and without a promise
  return require(path);
}
