// `holdfast sync`: brings what was saved to the remote, and comes back when that is done or cannot be.

import { setFlagsFromString } from 'node:v8';

import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { sync, type SyncOptions, type SyncReport } from '../../tools/sync/sync.js';
import { setBudget } from '../../tools/budget.js';
import { endDespiteHungCalls } from '../../tools/deadline.js';
import { EXIT } from '../../tools/failure.js';
import { durationMs, parseArguments, refuseTogether, type Arguments } from '../arguments.js';
import { Misuse } from '../exit-codes.js';
import { print, shownTime, withoutGoodNews } from '../output.js';
import { printable, printableJson } from '../../printable.js';
import { progressBar } from '../sync/progress.js';
import { previewSync } from '../sync/preview.js';
import { STORE_COMMANDS } from '../sync/store.js';

const HELP = `usage: holdfast sync [--budget TIME] [--max N] [--verify] [--retry-failed] [--now] [--remote URL] [--dry-run]
       holdfast sync status | list [outbox|sent|failed] | show ID | export DIRECTORY
       holdfast sync requeue ID | drop ID --yes

Sends what waits in the outbox to the remote of the configuration, oldest first, and ends. Nothing
goes on in the background. An item leaves the outbox only when the remote has proven that it has
it; what the remote refuses is kept in 'failed' with the reason.

  --budget TIME    for the whole of it (sync.budgetMs; 30s); of the words below 60s
  --max N          try at most so many items
  --verify         read each item back before it counts as sent (sync.verify; off)
  --retry-failed   try again what was refused before
  --now            ask a remote that has failed lately although it is not yet time
  --remote URL     where (sync.remote; none): https://..., s3://bucket/prefix, file:///directory
  --dry-run        say what would be sent, and where; ask nobody, change nothing
  --config FILE    instead of config.json
  --json           one object
  --quiet          say only what is wrong
  --help

  status           what waits, what was sent, what was refused, and whether the remote is left alone
  list             the items of one shelf, or of all of them
  show ID          one item, whole; an id may be cut to what is unique of it
  requeue ID       a refused or sent item waits again
  drop ID --yes    the item is gone for ever
  export DIR       copies every item into a directory

Examples:
  holdfast sync
  holdfast sync --budget 5s --json | jq .left
  holdfast sync list failed
  holdfast sync requeue c-3f9c && holdfast sync --now

Exit codes: 0 all sent, nothing to send, or no remote; 1 there is no such item; 64 wrong usage; 65
some were refused; 69 the remote is away or hangs, everything is kept; 73 cannot write, everything
is kept; 75 some are left for later (the budget is used up, the remote is left alone, another sync
is running), or one of the words met another sync, or took longer than --budget; 78 the
configuration is wrong, or the remote does not let us in.
`;

const OPTIONS = {
  budget: { type: 'string' },
  max: { type: 'string' },
  verify: { type: 'boolean' },
  'retry-failed': { type: 'boolean' },
  now: { type: 'boolean' },
  remote: { type: 'string' },
  'dry-run': { type: 'boolean' },
  config: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
} as const;

const LOCK_WAIT_MS = 1000;
const MOST_WORDS = 2;

export async function syncCommand(args: readonly string[]): Promise<void> {
  const words = { what: 'words', least: 0, most: MOST_WORDS };
  const given = parseArguments(args, { command: 'sync', options: OPTIONS, words, help: HELP, lateExitCode: EXIT.tryAgain });
  if (given === undefined) return;
  for (const other of ['json', 'dry-run']) refuseTogether(given, 'quiet', other);
  const [verb, word] = given.words;
  for (const option of ['dry-run', 'quiet']) {
    if (verb !== undefined && given.has(option)) throw new Misuse(`sync ${verb} has no --${option}`);
  }
  const workplace = openWorkplace(given.valueOf('config'));
  if (verb === undefined) return send(workplace, given);
  const command = Object.hasOwn(STORE_COMMANDS, verb) ? STORE_COMMANDS[verb] : undefined;
  if (command === undefined) {
    throw new Misuse(`sync: unknown word '${verb}', expected one of ${Object.keys(STORE_COMMANDS).join(', ')}`);
  }
  await command({ workplace, word, json: given.has('json'), yes: given.has('yes') });
}

function optionsOf(given: Arguments): SyncOptions {
  const budget = given.valueOf('budget');
  const max = given.valueOf('max');
  const remote = given.valueOf('remote');
  return {
    ...(budget !== undefined && { budgetMs: durationMs('--budget', budget) }),
    ...(max !== undefined && { max: count('--max', max) }),
    ...(given.has('verify') && { verify: true }),
    ...(remote !== undefined && { remote }),
    retryFailed: given.has('retry-failed'),
    now: given.has('now'),
  };
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Misuse(`${option} expects a number from 1, got '${text}'`);
}

/** It keeps its budget itself, and tells what is left. This is for what hangs all the same. */
const OWN_END_MS = 5000;

/**
 * A sync is over before the code that V8 optimizes beside it pays, and with two cores that takes time from a store of
 * this machine (`npm run bench -- sync`: 1000 items in 0.9 s, and in 1.1 s without). And it makes much garbage, for
 * which V8 takes ever more memory otherwise.
 */
const FOR_SHORT_RUNS = ['--no-opt', '--optimize-for-size', '--heap-growing-percent=20'];

async function send(workplace: Workplace, given: Arguments): Promise<void> {
  if (given.has('dry-run')) return previewSync(workplace, optionsOf(given), given.has('json'));
  const options = optionsOf(given);
  const budgetMs = options.budgetMs ?? workplace.config.sync.budgetMs;
  setBudget(budgetMs + OWN_END_MS, EXIT.tryAgain);
  for (const flag of FOR_SHORT_RUNS) setFlagsFromString(flag);
  const bar = given.has('quiet') || given.has('json') ? undefined : progressBar();
  const watched = bar === undefined ? {} : { onProgress: bar.show };
  const leftMs = Math.max(1, budgetMs - performance.now()); // the start of this process counts, too
  const limits = { budgetMs: leftMs, waitMs: Math.min(LOCK_WAIT_MS, leftMs) };
  const report = await sync(workplace, { ...options, ...watched, ...limits }).finally(bar?.end);
  const lines = given.has('json') ? [printableJson(report)] : linesOf(report).map(printable);
  process.exitCode = report.exitCode;
  print(given.has('quiet') ? withoutGoodNews(lines) : lines);
  endDespiteHungCalls();
  endWhenHeld();
}

function linesOf(report: SyncReport): string[] {
  const { status, sent, left, failed, refusals, reason, retryAt, durationMs: took, exitCode } = report;
  if (status === 'local-only') return [`[OK] local only: no remote is configured; ${left} kept`];
  if (status === 'busy') return [`[WARNING] ${reason ?? 'another sync is running'}, skipping; ${left} left`];
  const mark = exitCode === 0 ? 'OK' : sent > 0 || status === 'waiting' ? 'WARNING' : 'ERROR';
  const until = retryAt === undefined ? '' : `; not asked again for ${shownTime(Math.max(0, retryAt - Date.now()))} (--now does)`;
  return [
    `[${mark}] ${sent} sent, ${left} left, ${failed} failed (${took} ms)`,
    ...refusals.map((refusal) => `[ERROR] ${refusal.id} refused: ${refusal.reason}`),
    ...(reason === undefined ? [] : [`[WARNING] ${report.remote ?? ''}: ${reason}${until}`]),
  ];
}

const HELD_MS = 100;

/** A name that is still being resolved, or a writer that no signal ends, would hold the process. */
function endWhenHeld(): void {
  setTimeout(() => process.exit(), HELD_MS).unref();
}
