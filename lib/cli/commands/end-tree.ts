// `holdfast terminate` and `holdfast kill`: the end of a tree of this user, whoever owns it.

import { ContainmentError } from '../../errors.js';
import { killTree, terminateTree, type KillTreeOptions } from '../../tree/end-tree.js';
import { isReachable } from '../../tree/record.js';
import { recordedTrees } from '../../tree/registry.js';
import type { EndReport } from '../../types.js';
import { durationMs, limit, parseArguments, type Arguments, type Syntax } from '../arguments.js';
import { EXIT_NOT_DONE } from '../exit-codes.js';
import { treeNamed } from '../find-tree.js';
import { print, shownTime } from '../output.js';
import { printable, printableJson } from '../../printable.js';

const EXIT_CODES = `Exit codes: 0 no member is left; 1 there is no such tree, or somebody survived; 64 wrong usage, or
the name fits several trees.
`;

const TERMINATE_HELP = `usage: holdfast terminate ID|LABEL [--grace TIME] [--json]

Ends a tree politely: SIGTERM to every member, and SIGKILL to whoever is left after the grace.
An id may be cut to what is unique of it, at least 4 characters.

  --grace TIME    between polite and hard: 500ms, 5s, 2m, 1h (default: the tree's own)
  --json          one object: how it ended
  --budget TIME   for the whole of it (default: 60s more than --grace); then exit 124
  --help

Examples:
  holdfast terminate nightly
  holdfast terminate 3f9c --grace 30s

${EXIT_CODES}`;

const KILL_HELP = `usage: holdfast kill ID|LABEL [--json]

Ends a tree at once: SIGKILL to every member, until none is left.
An id may be cut to what is unique of it, at least 4 characters.

  --json         one object: how it ended
  --budget TIME  for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast kill nightly
  holdfast ps --json | jq -r '.trees[].id' | xargs -n 1 holdfast kill

${EXIT_CODES}`;

/** For the hard end, and the account of it. */
const BEYOND_GRACE_MS = 60_000;
const WORDS = { what: 'id or label', least: 1, most: 1 } as const;

export async function terminate(args: readonly string[]): Promise<void> {
  const options = { json: { type: 'boolean' }, grace: { type: 'string' }, budget: { type: 'string' } } as const;
  const syntax: Syntax = { command: 'terminate', options, words: WORDS, budgetMs: null, help: TERMINATE_HELP };
  const given = parseArguments(args, syntax);
  if (given === undefined) return;
  const text = given.valueOf('grace');
  const grace = text === undefined ? undefined : durationMs('--grace', text);
  limit(given, grace === undefined ? null : grace + BEYOND_GRACE_MS);
  await end(given, (id, options) => terminateTree(id, { ...options, grace }));
}

export async function kill(args: readonly string[]): Promise<void> {
  const syntax: Syntax = { command: 'kill', options: { json: { type: 'boolean' } }, words: WORDS, help: KILL_HELP };
  const given = parseArguments(args, syntax);
  if (given !== undefined) await end(given, killTree);
}

type EndTree = (id: string, options: KillTreeOptions) => Promise<EndReport>;

async function end(given: Arguments, endTree: EndTree): Promise<void> {
  const [word = ''] = given.words;
  const trees = await recordedTrees();
  const tree = treeNamed(word, trees.filter(isReachable)) ?? treeNamed(word, trees);
  if (tree === undefined) return notDone(`cannot end '${word}': there is no such tree`);
  const { id, label } = tree.info;
  const onTrouble = (problem: string): void => {
    console.error(`holdfast: tree ${id}: ${problem}`);
  };
  try {
    const report = await endTree(id, { onTrouble });
    print(given.has('json') ? [printableJson({ id, label, ...report })] : inWords(label ?? id, report));
    if (report.survivors.length > 0) process.exitCode = EXIT_NOT_DONE;
  } catch (error) {
    if (!(error instanceof ContainmentError && error.code === 'ERR_HOLDFAST_NO_TREE')) throw error;
    notDone(error.message); // it has ended meanwhile, or is not this system's
  }
}

function notDone(problem: string): void {
  console.error(`holdfast: ${printable(problem)}`);
  process.exitCode = EXIT_NOT_DONE;
}

function inWords(name: string, { endedPolitely, killed, durationMs: ms, survivors }: EndReport): string[] {
  const counts = `${endedPolitely} ended politely, ${killed} killed`;
  const left = survivors.map(({ pid, name: own, why }) => `still alive: ${pid} ${printable(own)} (${printable(why)})`);
  return [`tree ${name}: ${counts}, ${survivors.length} left, in ${shownTime(ms)}`, ...left];
}
