// What the commands print on standard output.

let guarded = false;

export function print(lines: readonly string[]): void {
  if (!guarded) process.stdout.on('error', endQuietly);
  guarded = true;
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** What --quiet leaves of marked lines: what is wrong. */
export function withoutGoodNews(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^\[(?:OK|NOTE)\]/.test(line));
}

/** A reader such as `head` that has seen enough is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
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
