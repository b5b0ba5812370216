// `holdfast setup`: hooks and schedule in one go, tried out, and taken back when anything fails.

import { printable } from '../../printable.js';
import { EXIT, ToolFailure } from '../../tools/failure.js';
import { projectRootOf } from '../../tools/project.js';
import { isBackend } from '../../tools/schedule/choose.js';
import { BACKENDS } from '../../tools/schedule/job.js';
import type { ScheduleWish } from '../../tools/schedule/schedule.js';
import { carryOutSetup, planSetup, presentAgents, type SetupPlan, type SetupReport } from '../../tools/setup/setup.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { parseArguments, type Arguments } from '../arguments.js';
import { confirmed } from '../confirm.js';
import { Misuse } from '../exit-codes.js';
import { agentsIn, shownFinding, shownPlan } from './hooks.js';
import { print, printJson } from '../output.js';

const HELP = `usage: holdfast setup [--agent NAME]... [--backend NAME | --no-schedule] [--dry-run] [--yes] [--json]

Installs the hooks of the agents of this user and the schedule of save-check: shows what would be
changed, asks, copies each file before it is changed, installs, and calls every hook as its agent
would. When anything fails all of it is taken back.

  --agent NAME    claude, codex, gemini or cursor; may be given several times
                  (default: those whose folder is in your home)
  --backend NAME  the scheduler, as of 'holdfast schedule' (default: what this system has)
  --no-schedule   hooks alone
  --dry-run       show what would be changed, and change nothing
  --yes           do not ask
  --json          one object, and no question
  --budget TIME   for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast setup --dry-run
  holdfast setup --agent claude --yes
  holdfast uninstall                  # the way back

Exit codes: 0 done, or nothing to do; 1 not done, and nothing is changed; 64 wrong usage; 65 the
settings of an agent are no JSON; 78 the configuration is wrong.
`;

const OPTIONS = {
  agent: { type: 'string', multiple: true },
  backend: { type: 'string' },
  'no-schedule': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export async function setup(args: readonly string[]): Promise<void> {
  const words = parseArguments(args, { command: 'setup', options: OPTIONS, help: HELP });
  if (words === undefined) return;
  const named = agentsIn(words);
  const workplace = openWorkplace();
  const plan = await planned(workplace, words, named.length > 0 ? named : presentAgents());
  if (!words.has('json')) print(shownSetup(plan, workplace));
  if (words.has('dry-run')) return told(words, plan, undefined);
  if (plan.changes && !words.has('yes') && (words.has('json') || !(await confirmed('Go on?')))) {
    throw new ToolFailure(EXIT.notDone, 'nothing was changed; --yes does it without a question');
  }
  const report = await carryOutSetup(workplace, plan, await projectRootOf(process.cwd()));
  told(words, plan, report);
}

async function planned(workplace: Workplace, words: Arguments, agents: SetupAgents): Promise<SetupPlan> {
  const backend = backendIn(words);
  try {
    return await planSetup(workplace, agents, words.has('no-schedule') ? undefined : { name: 'save-check', backend });
  } catch (error) {
    if (!(error instanceof ToolFailure) || !error.message.startsWith('no scheduler')) throw error;
    throw new ToolFailure(error.exitCode, `${error.message}; --no-schedule sets up the hooks alone`, error);
  }
}

function backendIn(words: Arguments): ScheduleWish['backend'] {
  const word = words.valueOf('backend') ?? 'auto';
  if (word === 'auto' || isBackend(word)) return word;
  throw new Misuse(`--backend expects one of auto, ${BACKENDS.join(', ')}, got '${word}'`);
}

type SetupAgents = ReturnType<typeof presentAgents>;

function shownSetup({ hooks, schedule }: SetupPlan, { config }: Workplace): string[] {
  const none = '[WARNING] no agent was found in your home: name one by --agent';
  const about = {
    absent: 'schedule: would be installed',
    drifted: 'schedule: would be corrected',
    overdue: '[WARNING] schedule: is there, but has not run lately',
    installed: '[OK] schedule: is there',
  } as const;
  const every = (schedule?.everySeconds ?? 0) / 60;
  return [
    ...(hooks.length === 0 ? [none] : hooks.map(shownPlan)),
    ...(schedule === undefined ? [] : [`${about[schedule.state]} (${schedule.backend}, every ${every} min)`]),
    ...(schedule === undefined || config.projects.length > 0
      ? []
      : ['[OK] no projects are configured: the schedule sends what the hooks have saved, and cleans up']),
  ];
}

function told(words: Arguments, { hooks, schedule, changes }: SetupPlan, report: SetupReport | undefined): void {
  if (words.has('json')) {
    const plan = { hooks: hooks.map(({ agent, file, changed }) => ({ agent, file, changed })), schedule, changes };
    const outcome = { done: report !== undefined, findings: report?.findings, schedule: report?.schedule };
    return printJson({ plan, ...outcome });
  }
  if (report === undefined) return;
  print(report.findings.map(shownFinding));
  for (const { backup } of report.hooks) if (backup !== undefined) print([`[OK] what was there is in ${printable(backup)}`]);
  print([changes ? '[OK] set up; holdfast uninstall is the way back' : '[OK] everything was there already']);
}
