// `holdfast schedule`: save-check at intervals, by the scheduler of the system.

import { resolve } from 'node:path';

import { printable, printableJson } from '../../printable.js';
import { EXIT } from '../../tools/failure.js';
import { isBackend } from '../../tools/schedule/choose.js';
import { BACKENDS } from '../../tools/schedule/job.js';
import {
  RUN_NOW_MS,
  installSchedule,
  previewSchedule,
  removeSchedule,
  runScheduledNow,
  scheduleStatus,
  type ScheduleStatus,
  type ScheduleWish,
} from '../../tools/schedule/schedule.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { allowFor, durationMs, parseArguments, type Arguments } from '../arguments.js';
import { EXIT_NOT_DONE, Misuse } from '../exit-codes.js';
import { print, printJson, printText } from '../output.js';

const HELP = `usage: holdfast schedule install [--every TIME] [--backend NAME] [--dry-run] [options]
       holdfast schedule status|remove|run-now|print [options]

Runs 'holdfast save-check --scheduled' at intervals, by the scheduler of this system.

  install   register it, or update it, and read back what the scheduler has then
  status    whether it is as it was installed, and when it ran
  remove    take it out again; nothing to do is success
  run-now   once more, at once
  print     what install would write, for a configuration management

  --every TIME     60s at least; 5m or more is better (schedule.everySeconds; 5m)
  --backend NAME   task-scheduler, systemd, launchd, cron (default auto: what this system has)
  --name NAME      of the job (default save-check)
  --config FILE    another configuration, for the job too
  --dry-run        change nothing, say what would be done
  --json           one object
  --budget TIME    for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast schedule install
  holdfast schedule install --every 10m --dry-run
  holdfast schedule status --json | jq -r .state
  holdfast schedule print --backend systemd

Exit codes: 0 done; status: installed; 1 not done; status: not installed; 64 wrong usage;
75 status: changed since, or overdue; 78 the configuration is wrong.
`;

const OPTIONS = {
  every: { type: 'string' },
  backend: { type: 'string' },
  name: { type: 'string' },
  config: { type: 'string' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

interface Given {
  readonly words: Arguments;
  readonly workplace: Workplace;
  readonly wish: ScheduleWish;
}

const DEEDS: Readonly<Record<string, (given: Given) => Promise<void>>> = { install, status, remove, 'run-now': runNow, print: preview };
const SHORTEST_ADVISED_SECONDS = 300;

export async function schedule([word = '', ...rest]: readonly string[]): Promise<void> {
  if (word === '--help' || word === '-h') return printText(HELP);
  const deed = Object.hasOwn(DEEDS, word) ? DEEDS[word] : undefined;
  if (deed === undefined) throw new Misuse(`schedule expects one of ${Object.keys(DEEDS).join(', ')}, got '${word}'`);
  const words = parseArguments(rest, { command: `schedule ${word}`, options: OPTIONS, help: HELP });
  if (words === undefined) return;
  const config = words.valueOf('config');
  const configFile = config === undefined ? undefined : resolve(config);
  const backend = backendIn(words);
  const every = words.valueOf('every');
  const everySeconds = every === undefined ? undefined : durationMs('--every', every) / 1000;
  const wish = { backend, name: words.valueOf('name') ?? 'save-check', everySeconds, configFile };
  await deed({ words, workplace: openWorkplace(configFile), wish });
}

function backendIn(words: Arguments): ScheduleWish['backend'] {
  const word = words.valueOf('backend') ?? 'auto';
  if (word === 'auto' || isBackend(word)) return word;
  throw new Misuse(`--backend expects one of auto, ${BACKENDS.join(', ')}, got '${word}'`);
}

async function install(given: Given): Promise<void> {
  const { words, workplace, wish } = given;
  if ((wish.everySeconds ?? workplace.config.schedule.everySeconds) < SHORTEST_ADVISED_SECONDS) {
    console.error('[WARNING] more often than every 5 minutes: each run costs a process, and saves little more');
  }
  if (words.has('dry-run')) return dryRun(given);
  show(words, await installSchedule(workplace, wish));
}

async function status({ words, workplace, wish }: Given): Promise<void> {
  const found = await scheduleStatus(workplace, wish);
  show(words, found);
  if (found.state === 'absent') process.exitCode = EXIT_NOT_DONE;
  else if (found.state !== 'installed') process.exitCode = EXIT.tryAgain;
}

async function remove({ words, workplace, wish }: Given): Promise<void> {
  if (words.has('dry-run')) return wouldRemove(words, await scheduleStatus(workplace, wish));
  const removed = await removeSchedule(workplace, wish);
  if (words.has('json')) printJson({ name: wish.name, removed });
  else print([removed ? `[OK] ${wish.name} is not scheduled any more` : `[OK] ${wish.name} was not scheduled`]);
}

function wouldRemove(words: Arguments, found: ScheduleStatus): void {
  if (words.has('json')) return printJson(found);
  const { name, state, backend } = found;
  print([state === 'absent' ? `[OK] ${name} is not scheduled (${backend})` : `would remove ${name} (${backend})`]);
}

async function runNow({ words, workplace, wish }: Given): Promise<void> {
  allowFor(words, RUN_NOW_MS);
  await runScheduledNow(workplace, wish);
  print([words.has('json') ? printableJson({ name: wish.name, started: true }) : `[OK] ${wish.name} was started`]);
}

async function preview({ words, workplace, wish }: Given): Promise<void> {
  const { backend, files } = await previewSchedule(workplace, wish);
  if (words.has('json')) return printJson({ backend, files });
  for (const { path, text } of files) printText(`# ${printable(path)}\n${text.replaceAll('\r\n', '\n')}`);
}

async function dryRun({ words, workplace, wish }: Given): Promise<void> {
  const { backend, steps } = await previewSchedule(workplace, wish);
  if (words.has('json')) return printJson({ backend, steps });
  const shown = steps.map((step) => (step.do === 'run' ? `run ${step.argv.join(' ')}` : `${step.do} ${step.path}`));
  print(shown.map((line) => `would ${printable(line)}`));
}

function show(words: Arguments, found: ScheduleStatus): void {
  if (words.has('json')) return printJson(found);
  const { backend, name, state, everySeconds, differences, next, last } = found;
  if (state === 'absent') return print([`[WARNING] ${name} is not scheduled (${backend})`]);
  const times = [last === undefined ? [] : `last ${last}`, next === undefined ? [] : `next ${next}`].flat();
  const facts = [`every ${everySeconds / 60} min by ${backend}`, ...times].map(printable).join(', ');
  print([`[${state === 'installed' ? 'OK' : 'WARNING'}] ${name} is ${state === 'overdue' ? 'installed, but overdue' : state}: ${facts}`]);
  print(differences.map((difference) => `  ${printable(difference)}`));
}
