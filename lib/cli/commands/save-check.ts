// `holdfast save-check`: what a scheduler calls every few minutes.

import { printable } from '../../printable.js';
import { healthLines, syncLines, type Line } from '../../tools/save/after-saving.js';
import type { ProjectReport } from '../../tools/save/check-project.js';
import { endDespiteHungCalls } from '../../tools/deadline.js';
import { EXIT } from '../../tools/failure.js';
import type { SaveCheckReport } from '../../tools/save/last-run.js';
import { saveCheck } from '../../tools/save/save-check.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { setBudget } from '../../tools/budget.js';
import { durationMs, parseArguments, refuseTogether, type Arguments } from '../arguments.js';
import { print, printJson, shownTime } from '../output.js';

const HELP = `usage: holdfast save-check [--project DIR]... [--scheduled] [--force] [--no-sync] [--strict]
                           [--budget TIME] [--explain] [--dry-run] [--config FILE] [--json | --quiet]

Looks at each project once: a few files tell whether somebody works there. Where nobody does
nothing is started; where somebody does the context is saved, by git twice at most, one after the
other. Then it ends what crashes have left behind and sends what waits. Only one runs at a time.

  --project DIR   look at this one; may be given several times (projects; none)
  --scheduled     called by a scheduler
  --force         save whether somebody works there or not
  --no-sync       send nothing
  --strict        exit 75 when another one is running, and with the code of the sync
  --budget TIME   for the whole of it (save.budgetMs; 60s)
  --explain       say which file told what
  --dry-run       say what would be saved; save, end and send nothing
  --config FILE   instead of config.json
  --json          one object
  --quiet         say only what is wrong
  --help

Examples:
  holdfast save-check --project . --explain --no-sync
  holdfast save-check --scheduled
  holdfast save-check --json | jq '.projects[].outcome'

Exit codes: 0 done, or another one is running; 1 a project failed; 64 wrong usage; 73 the disk is
full; 75 another one is running (--strict); 77 not permitted; 78 the configuration is wrong; 124
the budget was used up.
`;

const OPTIONS = {
  project: { type: 'string', multiple: true },
  scheduled: { type: 'boolean' },
  force: { type: 'boolean' },
  'no-sync': { type: 'boolean' },
  strict: { type: 'boolean' },
  budget: { type: 'string' },
  explain: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
} as const;

/** It keeps its budget itself, and tells what was not done. This is for what hangs all the same. */
const OWN_END_MS = 5000;

export async function saveCheckCommand(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, { command: 'save-check', options: OPTIONS, help: HELP });
  if (given === undefined) return;
  refuseTogether(given, 'quiet', 'json');
  const workplace = openWorkplace(given.valueOf('config'));
  allowHungCalls(given.valuesOf('project').length + workplace.config.projects.length);
  const budget = given.valueOf('budget');
  const budgetMs = budget === undefined ? workplace.config.save.budgetMs : durationMs('--budget', budget);
  setBudget(budgetMs + OWN_END_MS);
  const report = await saveCheck(workplace, {
    projects: given.valuesOf('project'),
    trigger: given.has('scheduled') ? 'scheduled' : 'manual',
    force: given.has('force'),
    sync: !given.has('no-sync'),
    dryRun: given.has('dry-run'),
    budgetMs,
  });
  const lines = linesOf(report, workplace, given.has('explain'));
  if (!given.has('dry-run')) noteIn(workplace, lines);
  process.exitCode = exitCodeOf(report, given);
  if (given.has('json')) printJson(report);
  else print((given.has('quiet') ? lines.filter(({ level }) => level !== 'OK') : lines).map(shownLine));
  endDespiteHungCalls();
}

function noteIn({ log }: Workplace, lines: readonly Line[]): void {
  for (const { level, text, isNews } of lines) if (level !== 'OK' || isNews === true) log.write(level, 'save-check', text);
}

const SPARE_THREADS = 4;
const MOST_THREADS = 64;

/** Each project on a file system that hangs keeps a thread of libuv's pool; the others need one too. */
function allowHungCalls(projects: number): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(Math.min(projects + SPARE_THREADS, MOST_THREADS));
}

function exitCodeOf(report: SaveCheckReport, given: Arguments): number {
  if (!given.has('strict')) return report.exitCode;
  if (report.status === 'busy') return EXIT.tryAgain;
  return report.exitCode === 0 ? (report.sync?.exitCode ?? 0) : report.exitCode;
}

/** What would be done is neither good nor bad. */
function shownLine({ level, text, isPlan }: ShownLine): string {
  return isPlan === true ? printable(text) : `[${level}] ${printable(text)}`;
}

interface ShownLine extends Line {
  readonly isPlan?: boolean;
}

function linesOf(report: SaveCheckReport, { configPath }: Workplace, explains: boolean): readonly ShownLine[] {
  const warned = report.problems.map((text): Line => ({ level: 'WARNING', text }));
  if (report.status === 'busy') return [...warned, busyLine(report)];
  const isLate = report.status === 'late';
  const none = report.projects.length === 0 && !isLate;
  return [
    ...warned,
    ...(none ? [{ level: 'OK', text: `no project to look at: name one by --project or in ${configPath}` } as const] : []),
    ...report.projects.flatMap((project) => linesOfProject(project, explains)),
    ...healthLines(report.health),
    ...syncLines(report.sync),
    ...(isLate ? [{ level: 'ERROR', text: `not done within the budget: ended after ${report.durationMs} ms` } as const] : []),
  ];
}

function busyLine({ holder }: SaveCheckReport): Line {
  const who = holder === undefined ? '' : ` (pid ${holder.pid}, ${shownAge(Date.now() - holder.since)})`;
  return { level: 'WARNING', text: `Previous execution still running, skipping${who}` };
}

const MINUTE_MS = 60_000;

/** `12 s`, and longer ones as everywhere. */
function shownAge(ms: number): string {
  return ms < MINUTE_MS ? `${Math.max(0, Math.round(ms / 1000))} s` : shownTime(ms);
}

function linesOfProject(project: ProjectReport, explains: boolean): ShownLine[] {
  const { name, outcome, id = '', files, children, durationMs: took, warnings, signs, problem } = project;
  const work = `(${files === undefined ? 'no git' : `${files} files`}, ${children} children, ${took} ms)`;
  const first: ShownLine =
    outcome === 'failed'
      ? { level: 'ERROR', text: `${project.root}: ${problem ?? ''}` }
      : { level: 'OK', isPlan: outcome === 'would-save', text: [name, outcome, ...(id === '' ? [`(${took} ms)`] : [id, work])].join(' ') };
  const why = signs.map(({ what, path, changedAt }): Line => {
    const age = changedAt === undefined ? 'is not there' : `changed ${shownTime(Math.max(0, Date.now() - changedAt))} ago`;
    return { level: 'OK', text: `${name}: ${what} ${age} (${path})` };
  });
  return [first, ...(explains ? why : []), ...warnings.map((text): Line => ({ level: 'WARNING', text: `${name}: ${text}` }))];
}
