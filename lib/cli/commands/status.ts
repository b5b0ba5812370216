// `holdfast status`: what was saved last, what waits to be sent, and who is at it now.

import { printable } from '../../printable.js';
import { endDespiteHungCalls } from '../../tools/deadline.js';
import { projectRootOf } from '../../tools/project.js';
import { statusOf, type ProjectStatus, type Running, type ToolsStatus } from '../../tools/status.js';
import { openWorkplace } from '../../tools/workplace.js';
import { parseArguments } from '../arguments.js';
import { print, printJson, shownTime } from '../output.js';
import { pauseLines, waitingIn } from '../sync/words.js';

const HELP = `usage: holdfast status [--project DIR] [--config FILE] [--json]

Tells of the last save-check, of what waits to be sent, of who is at it now, and of what was saved
last of a project. Only looks: asks no remote, saves and sends nothing.

  --project DIR   the repository that holds it, or else the directory (default: where you are)
  --config FILE   instead of config.json
  --json          one object
  --budget TIME   for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast status
  holdfast status --json | jq .pending.outbox
  holdfast status --json | jq '.running[].holder.pid'

Exit codes: 0; 1 there is no such directory; 64 wrong usage; 78 the configuration is wrong.
`;

const OPTIONS = {
  project: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function status(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, { command: 'status', options: OPTIONS, help: HELP });
  if (given === undefined) return;
  const workplace = openWorkplace(given.valueOf('config'));
  const root = await projectRootOf(given.valueOf('project') ?? process.cwd());
  const found = statusOf(workplace, root);
  if (given.has('json')) printJson(found);
  else print(linesOf(found).map(printable));
  endDespiteHungCalls();
}

function linesOf({ lastRun, pending, running, project }: ToolsStatus): string[] {
  const { remote, failed } = pending;
  return [
    `last run  ${lastRun === null ? 'none' : lastRunIn(lastRun)}`,
    `running   ${running.length === 0 ? 'nothing' : running.map(runningIn).join(', ')}`,
    `waiting   ${waitingIn(pending)}${failed === 0 ? '' : `; ${failed} refused: holdfast sync list failed`}`,
    `remote    ${remote ?? 'none: local only'}`,
    `project   ${projectIn(project)}`,
    ...(lastRun?.problems ?? []).map((problem) => `[WARNING] ${problem}`),
    ...(lastRun?.projects ?? []).flatMap(({ root, problem }) => (problem === undefined ? [] : [`[ERROR] ${root}: ${problem}`])),
    ...pauseLines(pending),
  ];
}

function lastRunIn({ startedAt, durationMs, status: how, projects }: NonNullable<ToolsStatus['lastRun']>): string {
  const outcomes = [...new Set(projects.map(({ outcome }) => outcome))];
  const counted = outcomes.map((outcome) => `${projects.filter((project) => project.outcome === outcome).length} ${outcome}`);
  return `${ageOf(startedAt)} ago, ${how} in ${durationMs} ms: ${counted.length === 0 ? 'no project' : counted.join(', ')}`;
}

function runningIn({ what, holder }: Running): string {
  return holder === null ? what : `${what} (pid ${holder.pid}, ${shownTime(Math.max(0, Date.now() - holder.since))})`;
}

function projectIn({ name, latest }: ProjectStatus): string {
  if (latest === null) return `${name}: nothing saved: holdfast save now`;
  return `${name}: ${latest.id}, saved ${ageOf(latest.createdAt)} ago (${latest.trigger})`;
}

function ageOf(time: string): string {
  return shownTime(Math.max(0, Date.now() - Date.parse(time)));
}
