// `holdfast uninstall`: everything that was set up is taken back; what was saved stays.

import { printable } from '../../printable.js';
import { EXIT, ToolFailure } from '../../tools/failure.js';
import { projectRootOf } from '../../tools/project.js';
import { carryOutUninstall, planUninstall, type UninstallPlan } from '../../tools/setup/uninstall.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { parseArguments, type Arguments } from '../arguments.js';
import { confirmed } from '../confirm.js';
import { EXIT_NOT_DONE } from '../exit-codes.js';
import { shownPlan } from './hooks.js';
import { print, printJson } from '../output.js';

const HELP = `usage: holdfast uninstall [--dry-run] [--yes] [--json]

Takes back what was set up for you: the hooks of all agents wherever they were installed from here,
every schedule, every save daemon. What was saved, the configuration and the logs stay.

  --dry-run      show what would be done, and do nothing
  --yes          do not ask
  --json         one object, and no question
  --budget TIME  for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast uninstall --dry-run
  holdfast uninstall --yes
  holdfast setup                      # the way back

Exit codes: 0 done, or nothing to do; 1 not all of it was done; 64 wrong usage; 78 the configuration
is wrong.
`;

const OPTIONS = { 'dry-run': { type: 'boolean' }, yes: { type: 'boolean' }, json: { type: 'boolean' } } as const;

export async function uninstall(args: readonly string[]): Promise<void> {
  const words = parseArguments(args, { command: 'uninstall', options: OPTIONS, help: HELP });
  if (words === undefined) return;
  const workplace = openWorkplace();
  const plan = await planUninstall(workplace, await projectRootOf(process.cwd()));
  const { hooks, schedules, daemons } = plan;
  const isNothing = hooks.length + schedules.length + daemons.length === 0;
  if (!words.has('json')) print(shown(plan));
  if (words.has('dry-run')) return told(words, workplace, plan, undefined);
  if (!isNothing && !words.has('yes') && (words.has('json') || !(await confirmed('Go on?')))) {
    throw new ToolFailure(EXIT.notDone, 'nothing was changed; --yes does it without a question');
  }
  told(words, workplace, plan, await carryOutUninstall(workplace, plan));
}

function shown({ hooks, schedules, daemons }: UninstallPlan): string[] {
  return [
    ...hooks.map(shownPlan),
    ...schedules.map(({ name, backend }) => `schedule: would remove ${printable(name)} (${backend})`),
    ...daemons.map(({ pid }) => `daemon: would end ${pid}`),
  ];
}

type Problems = readonly string[] | undefined;

/** Without problems nothing was done. */
function told(words: Arguments, { directories }: Workplace, plan: UninstallPlan, problems: Problems): void {
  const wrong = problems ?? plan.problems;
  if (words.has('json')) {
    const hooks = plan.hooks.map(({ agent, scope, file }) => ({ agent, scope, file }));
    const daemons = plan.daemons.map(({ pid }) => pid);
    const { schedules } = plan;
    printJson({ hooks, schedules, daemons, done: problems !== undefined, problems: wrong });
  } else {
    print(wrong.map((problem) => `[ERROR] ${printable(problem)}`));
    if (problems?.length === 0) print([`[OK] nothing of holdfast is set up; what was saved is in ${printable(directories.state)}`]);
  }
  if (wrong.length > 0) process.exitCode = EXIT_NOT_DONE;
}
