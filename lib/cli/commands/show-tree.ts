// `holdfast tree`: who belongs to a tree, drawn from its owner down.

import { describe, recordedTrees } from '../../tree/registry.js';
import { isReachable, type RecordedTree } from '../../tree/record.js';
import type { Member, NamedProcess, TreeInfo } from '../../types.js';
import { parseArguments } from '../arguments.js';
import { EXIT_NOT_DONE } from '../exit-codes.js';
import { treeNamed } from '../find-tree.js';
import { columns, print, printJson, shownMemory, shownTime } from '../output.js';
import { printable } from '../../printable.js';
import { noteOn } from './ps.js';

const HELP = `usage: holdfast tree [ID|LABEL] [--json]

Draws a tree, or every live one: its owner, its guard, its root and all members, with state, CPU
time, memory and age. An id may be cut to what is unique of it, at least 4 characters.

  --json         one object: 'trees', with every member
  --budget TIME  for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast tree
  holdfast tree nightly
  holdfast tree 3f9c --json | jq '.trees[].members[].pid'

Exit codes: 0; 1 there is no such tree; 64 wrong usage, or the name fits several trees.
`;

export async function showTree(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, {
    command: 'tree',
    options: { json: { type: 'boolean' } },
    words: { what: 'id or label', least: 0, most: 1 },
    help: HELP,
  });
  if (given === undefined) return;
  const chosen = choose(given.words[0], await recordedTrees());
  const described = (await Promise.all(chosen.map(describe))).filter((tree) => tree !== undefined);
  if (described.length === 0 && given.words.length > 0) {
    console.error(`holdfast: there is no tree '${printable(given.words[0] ?? '')}'`);
    process.exitCode = EXIT_NOT_DONE;
  }
  if (given.has('json')) printJson({ trees: described });
  else print(described.flatMap((tree, at) => (at === 0 ? drawn(tree) : ['', ...drawn(tree)])));
}

function choose(word: string | undefined, trees: readonly RecordedTree[]): readonly RecordedTree[] {
  if (word === undefined) return trees.filter(({ info }) => info.state === 'live');
  const tree = treeNamed(word, trees.filter(isReachable));
  return tree === undefined ? [] : [tree];
}

/** A process with those below it. */
interface Node {
  readonly role: string;
  readonly process: Partial<Member> & { readonly pid: number };
  readonly below: readonly Node[];
}

/** The lines of a tree, without line ends. */
export function drawn(tree: TreeInfo): string[] {
  const { id, label, state, mechanism = '-', escapable = [], members } = tree;
  const count = members === undefined ? '' : `, ${members.length} ${members.length === 1 ? 'member' : 'members'}`;
  const name = label === undefined ? id : `${label} ${id}`;
  const note = noteOn(tree);
  const rows = rowsOf(nodesOf(tree), '');
  return [
    printable(`${name}: ${state}, held by ${mechanism}${count}`),
    `stays open: ${escapable.length === 0 ? 'nothing' : escapable.join(', ')}`,
    ...(note === '' ? [] : [printable(note)]),
    ...columns(rows, ['left', 'left', 'right', 'right', 'right']),
  ];
}

function nodesOf({ owner, guard, root, members }: TreeInfo): Node[] {
  const known: readonly (Partial<Member> & { readonly pid: number })[] = members ?? (root === undefined ? [] : [root]);
  const pids = new Set(known.map(({ pid }) => pid));
  const below = (parent: number): Node[] => known.filter(({ ppid }) => ppid === parent).map(nodeOf);
  const nodeOf = (process: (typeof known)[number]): Node => ({
    role: process.pid === root?.pid ? 'root ' : '',
    process,
    below: below(process.pid),
  });
  const top = known.filter(({ ppid }) => ppid === undefined || !pids.has(ppid)).map(nodeOf);
  const isOwn = guard === undefined || (guard.pid === owner?.pid && guard.startTime === owner.startTime);
  const guards = isOwn ? top : [{ role: 'guard ', process: guard, below: top }];
  return owner === undefined ? guards : [{ role: 'owner ', process: owner, below: guards }];
}

function rowsOf(nodes: readonly Node[], indent: string): string[][] {
  return nodes.flatMap((node, at) => {
    const last = at === nodes.length - 1;
    const isTop = node.role === 'owner ';
    const branch = isTop ? '' : last ? '`- ' : '|- ';
    const deeper = isTop ? '' : last ? '   ' : '|  ';
    return [rowOf(node, indent + branch), ...rowsOf(node.below, indent + deeper)];
  });
}

function rowOf({ role, process }: Node, branch: string): string[] {
  const { pid, name, state, cpuMicroseconds, memoryBytes, ageMs } = process;
  const isDead = (process as Partial<NamedProcess>).alive === false;
  const who = `${branch}${role}${pid} ${printable(isDead ? '(dead)' : (name ?? ''))}`;
  if (isDead) return [who];
  const cpu = cpuMicroseconds === undefined ? undefined : cpuMicroseconds / 1000;
  return [who, printable(state ?? '-'), shownTime(cpu), shownMemory(memoryBytes), shownTime(ageMs)];
}
