// Reads what git prints: `status --porcelain=v2 --branch -z` and a log of records that end with NUL. Paths are bytes;
// those that are no UTF-8 are shown with `\xNN`.

import type { GitState } from '../save/context-record.js';

export type Status = Omit<GitState, 'commits'>;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How many words stand before the path in each kind of entry (git-status(1), Porcelain Format Version 2). */
const WORDS_BEFORE_PATH: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1 };

/** Counts the files that are taken, and lists at most `mostFiles`; what was cut off in the middle is left out. */
export function parseStatus(output: Buffer, mostFiles: number, takes: (path: string) => boolean): Status {
  const heads = new Map<string, string>();
  const files: [string, string][] = [];
  const entries = piecesOf(output);
  for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) {
    const [kind = '', ...words] = entry.split(' ');
    if (kind === '#') heads.set(words[0] ?? '', words.slice(1).join(' '));
    const before = WORDS_BEFORE_PATH[kind];
    if (before === undefined) continue;
    const path = words.slice(before - 1).join(' ');
    const from = kind === '2' ? (entries.shift() ?? '') : path; // where it was renamed from
    if (takes(path) && takes(from)) files.push([kind === '?' ? '??' : (words[0] ?? ''), path]);
  }
  const truncated = files.length > mostFiles;
  return { ...parseHeads(heads), ...countsOf(files), files: files.slice(0, mostFiles), truncated };
}

function parseHeads(heads: ReadonlyMap<string, string>): Omit<Status, 'counts' | 'files' | 'truncated'> {
  const branch = heads.get('branch.head') ?? '(detached)';
  const head = heads.get('branch.oid') ?? '(initial)';
  const [, ahead = '0', behind = '0'] = /^\+(\d+) -(\d+)$/.exec(heads.get('branch.ab') ?? '') ?? [];
  return {
    branch: branch === '(detached)' ? null : branch,
    head: head === '(initial)' ? null : head,
    upstream: heads.get('branch.upstream') ?? null,
    ahead: Number(ahead),
    behind: Number(behind),
  };
}

/** The letters are those of the index and of the working tree; conflicts have a kind of their own. */
function countsOf(files: readonly (readonly [string, string])[]): Pick<Status, 'counts'> {
  const count = (is: (letters: string) => boolean): number => files.filter(([letters]) => is(letters)).length;
  const isConflict = (letters: string): boolean => /U|^(AA|DD)$/.test(letters);
  const isChange = (letters: string): boolean => letters !== '??' && !isConflict(letters);
  return {
    counts: {
      staged: count((letters) => isChange(letters) && !letters.startsWith('.')),
      unstaged: count((letters) => isChange(letters) && !letters.endsWith('.')),
      untracked: count((letters) => letters === '??'),
      conflicts: count(isConflict),
    },
  };
}

/** `--format=%H%x00%cI%x00%s%x00`: object id, date and subject. */
export const LOG_FORMAT = '--format=%H%x00%cI%x00%s%x00';

export function parseLog(output: Buffer): GitState['commits'] {
  const pieces = piecesOf(output).map((piece) => piece.replace(/^\n/, ''));
  const commits: [string, string, string][] = [];
  for (let at = 0; at + 2 < pieces.length; at += 3) {
    commits.push([pieces[at] ?? '', pieces[at + 1] ?? '', pieces[at + 2] ?? '']);
  }
  return commits;
}

/** What ends with NUL; the rest is not whole. */
function piecesOf(output: Buffer): string[] {
  const pieces: string[] = [];
  for (let start = 0, end = output.indexOf(0); end >= 0; start = end + 1, end = output.indexOf(0, start)) {
    pieces.push(textIn(output.subarray(start, end)));
  }
  return pieces;
}

/** Bytes that are no UTF-8 as `\xNN`. */
export function textIn(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return bytes.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
  }
}
