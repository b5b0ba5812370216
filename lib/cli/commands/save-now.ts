// `holdfast save now`: saves the context of a project whether anything has changed or not.

import { printable, printableJson } from '../../printable.js';
import { activityOf } from '../../tools/save/activity.js';
import { saveSeen } from '../../tools/save/check-project.js';
import { endDespiteHungCalls } from '../../tools/deadline.js';
import { openProject, projectRootOf } from '../../tools/project.js';
import { saveContext, type SaveRequest, type SaveResult } from '../../tools/save/save-context.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { parseArguments, refuseTogether } from '../arguments.js';
import { print } from '../output.js';

const HELP = `usage: holdfast save now [-m TEXT] [--project DIR] [--config FILE] [--json | --quiet]

Saves the context of a project: the state of its repository and what was last said, with secrets
taken out. Starts git twice at most, one after the other; an unchanged state is no new record.

  -m, --message TEXT  what there is to know, instead of the last message of a session
  --project DIR       the repository that holds it, or else the directory (default: where you are)
  --config FILE       instead of config.json
  --json              the record
  --quiet             say only what is wrong
  --budget TIME       for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast save now
  holdfast save now -m 'the parser is done, the printer is next'
  holdfast save now --project ~/src/app --json | jq -r .id

Exit codes: 0 saved, or unchanged; 1 there is no such directory; 64 wrong usage; 73 a file cannot
be written; 77 not permitted; 78 the configuration is wrong.
`;

const OPTIONS = {
  message: { type: 'string', short: 'm' },
  project: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
} as const;

export async function saveNow(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, { command: 'save now', options: OPTIONS, help: HELP });
  if (given === undefined) return;
  refuseTogether(given, 'quiet', 'json');
  const workplace = openWorkplace(given.valueOf('config'));
  const root = await projectRootOf(given.valueOf('project') ?? process.cwd());
  const text = given.valueOf('message');
  const summary = text === undefined ? {} : { summary: { text, source: 'message' as const } };
  const result = await save(workplace, { root, trigger: 'manual', ...summary });
  for (const warning of result.warnings) console.error(`[WARNING] ${printable(warning)}`);
  if (!given.has('quiet')) print([given.has('json') ? printableJson(result.record) : lineOf(result)]);
  endDespiteHungCalls();
}

/** Without a note of what the project looks like where that cannot be told. */
async function save(workplace: Workplace, request: SaveRequest): Promise<SaveResult> {
  const { config } = workplace;
  const project = await openProject(request.root, config);
  const wanted = { ...request, root: project.root, project };
  const activity = await activityOf(project, config.activity).catch(() => undefined);
  return activity === undefined ? saveContext(workplace, wanted) : saveSeen(workplace, wanted, activity.mark);
}

function lineOf({ outcome, record, children, durationMs }: SaveResult): string {
  const { project, id, git } = record;
  const files = git === null ? 'no git' : `${git.files.length}${git.truncated ? ' and more' : ''} files`;
  return `[OK] ${printable(project.name)} ${outcome} ${id} (${files}, ${children} children, ${durationMs} ms)`;
}
