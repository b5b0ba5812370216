// A saved context in words, for people and for an agent that goes on with the work. It tells facts and gives no orders:
// what others have written (branch names, subjects, messages) may be anything.

import { cutToChars } from './bounded-text.js';
import type { ContextRecord, GitState } from './context-record.js';
import { printable } from '../../printable.js';

const MOST_FILES = 20;

export interface RecallOptions {
  /** Characters of the whole text. */
  readonly maxChars: number;
  /** @default false */
  readonly markdown?: boolean;
}

/** One line a fact, the most important first: what does not fit is cut at the end. */
export function recallText(record: ContextRecord, { maxChars, markdown = false }: RecallOptions): string {
  const title = `${markdown ? '# ' : ''}Saved context of ${printable(record.project.name)}`;
  const facts = factsOf(record).map(([what, fact]) => (markdown ? `- **${what}**: ${fact}` : `${what}: ${fact}`));
  const { text } = record.summary;
  const said = text === '' ? [] : ['', markdown ? '## Last message' : 'Last message:', '', ...text.split('\n').map(printable)];
  const files = record.git === null ? [] : filesOf(record.git, markdown);
  const commits = record.git === null ? [] : commitsOf(record.git, markdown);
  return cutToChars([title, '', ...facts, ...said, ...files, ...commits].join('\n'), maxChars);
}

function factsOf({ createdAt, trigger, agent, session, task, project, git, host }: ContextRecord): [string, string][] {
  return [
    ['Saved', `${createdAt} on ${printable(host)} (${trigger})`] as const,
    ['Directory', printable(project.root)] as const,
    project.repo === null ? undefined : (['Repository', printable(project.repo)] as const),
    agent === null ? undefined : (['Agent', printable(agent.name)] as const),
    session === null ? undefined : (['Session', printable(session.id)] as const),
    task === null ? undefined : (['Task', printable(task.subject)] as const),
    ...(git === null ? [] : gitFacts(git)),
  ].flatMap((fact) => (fact === undefined ? [] : [[...fact]]));
}

function gitFacts({ branch, head, upstream, ahead, behind, counts }: GitState): (readonly [string, string])[] {
  const { staged, unstaged, untracked, conflicts } = counts;
  const at = head === null ? 'no commit yet' : printable(head.slice(0, 12));
  const beside = upstream === null ? '' : `, ${ahead} ahead of and ${behind} behind ${printable(upstream)}`;
  const changes = `${staged} staged, ${unstaged} unstaged, ${untracked} untracked, ${conflicts} in conflict`;
  return [
    ['Branch', `${branch === null ? 'none (detached HEAD)' : printable(branch)} at ${at}${beside}`],
    ['Changes', changes],
  ];
}

function commitsOf({ commits }: GitState, markdown: boolean): string[] {
  const shown = commits.map(([id, date, subject]) => `${markdown ? '-' : ' '} ${printable(`${id.slice(0, 12)} ${date} ${subject}`)}`);
  return shown.length === 0 ? [] : ['', markdown ? '## Recent commits' : 'Recent commits:', '', ...shown];
}

function filesOf({ files, truncated }: GitState, markdown: boolean): string[] {
  const shown = files.slice(0, MOST_FILES).map(([letters, path]) => `${markdown ? '- `' : '  '}${printable(`${letters} ${path}`)}${markdown ? '`' : ''}`);
  const isMore = truncated || files.length > MOST_FILES;
  return shown.length === 0 ? [] : ['', markdown ? '## Changed files' : 'Changed files:', '', ...shown, ...(isMore ? ['  and more'] : [])];
}
