// What the commands print on standard output, and what becomes of it where nobody takes it.

import { fstatSync, writeSync } from 'node:fs';
import type * as Tty from 'node:tty';
import { getSystemErrorMap } from 'node:util';

import { printableJson } from '../printable.js';
import { EXIT } from '../tools/failure.js';

export function print(lines: readonly string[]): void {
  printText(lines.map((line) => `${line}\n`).join(''));
}

/** One JSON document. */
export function printJson(value: unknown): void {
  print([printableJson(value)]);
}

const STDOUT = 1;
/** A reader such as `head` that has seen enough is no failure; the second is that of a socket. */
const CLOSED: readonly unknown[] = ['EPIPE', 'ECONNRESET'];

type OnLoss = (error: NodeJS.ErrnoException) => void;

let isLost = false;
let isWatched = false;

/**
 * Everything that goes to standard output goes through here. Where it cannot be written no more is, and the command
 * goes on: what it does does not depend on who reads it.
 */
export function printText(text: string, onLoss: OnLoss = failForIt): void {
  if (isLost || text === '') return;
  const lose = (error: unknown): void => {
    if (isLost) return;
    isLost = true;
    const failure = error as NodeJS.ErrnoException;
    if (!CLOSED.includes(failure.code)) onLoss(failure);
  };
  try {
    if (isFile()) return writeWhole(Buffer.from(text));
    if (!isWatched) process.stdout.on('error', lose);
    isWatched = true;
    process.stdout.write(text);
  } catch (error) {
    lose(error);
  }
}

/** Of process.stdout, a file that takes only a part of what is written gets no more, and nobody is told. */
function writeWhole(bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(STDOUT, bytes, written);
}

function isFile(): boolean {
  try {
    const kind = fstatSync(STDOUT);
    return kind.isFile() || (kind.isCharacterDevice() && !isTerminal());
  } catch {
    return false; // a program without a console has none; process.stdout knows about that
  }
}

function isTerminal(): boolean {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: it loads all of net
  return (require('node:tty') as typeof Tty).isatty(STDOUT);
}

/** Whoever wanted the output has not got it. */
function failForIt({ errno = 0, message }: NodeJS.ErrnoException): void {
  console.error(`holdfast: standard output: ${getSystemErrorMap().get(errno)?.[1] ?? message}`);
  const fail = (): void => {
    if (Number(process.exitCode ?? 0) === 0) process.exitCode = EXIT.cannotWrite;
  };
  fail();
  process.once('exit', fail); // a command that ends well says so later than this
}

/** What --quiet leaves of marked lines: what is wrong. */
export function withoutGoodNews(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('[OK]'));
}

export type Alignment = 'left' | 'right';

/** Columns side by side; blanks at the end of a line are left out. */
export function columns(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string[] {
  const widths = alignments.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  const padded = (cell: string, at: number): string => {
    const blanks = ' '.repeat((widths[at] ?? 0) - widthOf(cell));
    return alignments[at] === 'right' ? blanks + cell : cell + blanks;
  };
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}

function widthOf(text: string): number {
  return Array.from(text).length;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest units of a time: `0.3s`, `12.0s`, `3m05s`, `2h10m`, `4d03h`. */
export function shownTime(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const seconds = ms / 1000;
  if (seconds < MINUTE - 0.05) return `${seconds.toFixed(1)}s`;
  if (seconds < HOUR) return inUnits(seconds, MINUTE, 'm', 1, 's');
  if (seconds < DAY) return inUnits(seconds, HOUR, 'h', MINUTE, 'm');
  return inUnits(seconds, DAY, 'd', HOUR, 'h');
}

function inUnits(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeUnit}${String(rest).padStart(2, '0')}${smallUnit}`;
}

/** `700k`, `12M`, `3.4G`: powers of 1024. */
export function shownMemory(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  const units = ['', 'k', 'M', 'G', 'T'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)}${units[power] ?? ''}`;
}
