// `holdfast recall`: what was saved last of a project, in words or as it is.

import { resolve } from 'node:path';

import { printableJson } from '../../printable.js';
import { budgetSignal } from '../../tools/budget.js';
import { EXIT, ToolFailure } from '../../tools/failure.js';
import type { ContextRecord } from '../../tools/save/context-record.js';
import { latestContext } from '../../tools/save/latest-context.js';
import { recallText } from '../../tools/save/recall.js';
import type * as Remote from '../../tools/sync/remote-context.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { parseArguments } from '../arguments.js';
import { Misuse } from '../exit-codes.js';
import { print } from '../output.js';

const HELP = `usage: holdfast recall [--project DIR] [--remote] [--markdown | --json] [--max-chars N] [--config FILE]

Tells what was saved last of a project. Starts no process; with --remote none but for a keychain
and for a directory on a network mount.

  --project DIR   the repository that holds it, or else the directory (default: where you are)
  --remote        ask the remote of the configuration (sync.remote): the newest one of any machine
  --markdown      for a page or an agent
  --json          the record as it was saved
  --max-chars N   characters of the text (default 4000)
  --config FILE   instead of config.json
  --budget TIME   for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast recall
  holdfast recall --remote
  holdfast recall --project ~/src/app --markdown > HANDOVER.md
  holdfast recall --json | jq -r .git.branch

Exit codes: 0; 1 nothing was saved of this project; 64 wrong usage; 69 the remote is away; 75 the
remote is to be asked later; 78 the configuration is wrong, or the remote does not let us in.
`;

const OPTIONS = {
  project: { type: 'string' },
  remote: { type: 'boolean' },
  markdown: { type: 'boolean' },
  json: { type: 'boolean' },
  'max-chars': { type: 'string' },
  config: { type: 'string' },
} as const;

const MAX_CHARS = 4000;

export async function recall(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, { command: 'recall', options: OPTIONS, help: HELP });
  if (given === undefined) return;
  const maxChars = charsFrom(given.valueOf('max-chars'));
  const workplace = openWorkplace(given.valueOf('config'));
  const directory = resolve(given.valueOf('project') ?? process.cwd());
  const isRemote = given.has('remote');
  const record = await (isRemote ? fromRemote(workplace, directory) : latestContext(workplace, directory));
  if (record === undefined) {
    throw new ToolFailure(EXIT.notDone, `${isRemote ? 'the remote holds nothing' : 'nothing was saved'} of ${directory}`);
  }
  print([given.has('json') ? printableJson(record) : recallText(record, { maxChars, markdown: given.has('markdown') })]);
}

async function fromRemote(workplace: Workplace, directory: string): Promise<ContextRecord | undefined> {
  const signal = budgetSignal();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: what is saved here needs none of it
  const { remoteContext } = require('../../tools/sync/remote-context.js') as typeof Remote;
  const record = await remoteContext(workplace, { directory, ...(signal !== undefined && { signal }) });
  signal?.throwIfAborted();
  return record;
}

function charsFrom(text: string | undefined): number {
  if (text === undefined) return MAX_CHARS;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Misuse(`--max-chars expects a number from 1, got '${text}'`);
}
