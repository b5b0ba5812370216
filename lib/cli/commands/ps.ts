// `holdfast ps`: the trees of this user, one a line.

import { trees } from '../../tree/registry.js';
import type { NamedProcess, TreeInfo } from '../../types.js';
import { parseArguments } from '../arguments.js';
import { shortened } from '../find-tree.js';
import { columns, print, printJson, shownMemory, shownTime, type Alignment } from '../output.js';
import { printable } from '../../printable.js';

const HELP = `usage: holdfast ps [--all] [--json]

Lists the live trees of this user, whoever owns them: the processes that hold together, what
holds them, what they consume, and whose death ends them.

  --all          also released, abandoned, foreign and corrupt ones, with the reason
  --json         one object: 'trees', with every member
  --budget TIME  for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast ps
  holdfast ps --all --json | jq -r '.trees[] | select(.state == "abandoned") | .id'

Exit codes: 0; 64 wrong usage; 125 the records cannot be read.
`;

export async function ps(args: readonly string[]): Promise<void> {
  const options = { all: { type: 'boolean' }, json: { type: 'boolean' } } as const;
  const given = parseArguments(args, { command: 'ps', options, help: HELP });
  if (given === undefined) return;
  const shown = (await trees()).filter(({ state }) => given.has('all') || state === 'live');
  if (given.has('json')) printJson({ trees: shown });
  else print(shown.length === 0 ? ['no trees'] : tableOf(shown));
}

const HEAD = ['ID', 'LABEL', 'STATE', 'MECHANISM', 'MEMBERS', 'CPU', 'MEMORY', 'AGE', 'OWNER', 'FILE', 'NOTE'] as const;
const RIGHT: readonly string[] = ['MEMBERS', 'CPU', 'MEMORY', 'AGE'];

function tableOf(shown: readonly TreeInfo[]): string[] {
  const ids = shown.map(({ id }) => id);
  const rows = shown.map((tree) => rowOf(tree, ids).map(printable));
  const noted = rows.some((row) => row.at(-1) !== '');
  const all = [HEAD, ...rows].map((row) => (noted ? row : row.slice(0, -1)));
  const alignments = HEAD.map((title): Alignment => (RIGHT.includes(title) ? 'right' : 'left'));
  return columns(all, noted ? alignments : alignments.slice(0, -1));
}

function rowOf(tree: TreeInfo, ids: readonly string[]): string[] {
  const { id, label = '-', state, mechanism = '-', members, owner, file = '-' } = tree;
  const cpu = sumOf(members?.map((member) => member.cpuMicroseconds));
  const memory = sumOf(members?.map((member) => member.memoryBytes));
  return [
    shortened(id, ids),
    label,
    state,
    mechanism,
    members === undefined ? '-' : String(members.length),
    shownTime(cpu === undefined ? undefined : cpu / 1000),
    shownMemory(memory),
    shownTime(ageOf(tree)),
    owner === undefined ? '-' : shownOwner(owner),
    file,
    noteOn(tree),
  ];
}

function sumOf(amounts: readonly (number | undefined)[] | undefined): number | undefined {
  return amounts?.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
}

/** The guard is as old as its tree. */
function ageOf({ guard, created }: TreeInfo): number | undefined {
  return guard?.ageMs ?? (created === undefined ? undefined : Math.max(0, Date.now() - created.getTime()));
}

function shownOwner({ pid, name, alive }: NamedProcess): string {
  return `${pid} ${alive ? (name ?? '') : '(dead)'}`;
}

/** What is unusual about it. */
export function noteOn({ reason, state, members, guard }: TreeInfo): string {
  if (reason !== undefined) return reason;
  if (state === 'abandoned') return 'owner and guard are dead: holdfast cleanup';
  if (members !== undefined) return '';
  return guard?.alive === true ? 'the guard does not answer' : 'the guard is dead';
}
