// What belongs to one daemon: its lock, which is the truth about whether it runs, the label of its tree, and what it
// tells about itself. There is one for each set of projects and each state directory.

import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { printable } from '../../printable.js';
import { readFileIfAny, replaceFile } from '../private-files.js';
import type { Workplace } from '../workplace.js';

export interface DaemonPlace {
  readonly lock: string;
  readonly label: string;
  /** What the daemon tells; for people, and decides nothing. */
  readonly notes: string;
}

/** What a daemon tells about itself. Times are milliseconds since 1970. */
export interface DaemonNotes {
  readonly pid: number;
  readonly startedAt: number;
  readonly intervalMs: number;
  readonly checkedAt: number | null;
  readonly savedAt: number | null;
  /** In words, of the last check. */
  readonly result: string;
}

/** Without projects: those of the configuration, whatever they are. */
export function placeOf({ directories: { state } }: Workplace, projects: readonly string[]): DaemonPlace {
  const key = createHash('sha256').update([state, ...projects].join('\0')).digest('hex').slice(0, 16);
  return placeBy(key, state);
}

/** Of every daemon that has ever run with this state directory, by the names of the files there. */
export function placesIn(names: readonly string[], state: string): readonly DaemonPlace[] {
  return names.flatMap((name) => {
    const key = /^daemon-([0-9a-f]{16})\.lock$/.exec(name)?.[1];
    return key === undefined ? [] : [placeBy(key, state)];
  });
}

function placeBy(key: string, state: string): DaemonPlace {
  const path = join(state, `daemon-${key}`);
  return { lock: `${path}.lock`, label: `holdfast-save-${key}`, notes: `${path}.json` };
}

export function writeNotes({ notes }: DaemonPlace, told: DaemonNotes): void {
  replaceFile(notes, `${JSON.stringify(told)}\n`);
}

/** Undefined when there are none that can be understood. */
export function readNotes({ notes }: DaemonPlace): DaemonNotes | undefined {
  try {
    const told = JSON.parse(readFileIfAny(notes) ?? '') as Readonly<Record<keyof DaemonNotes, unknown>>;
    const isTime = (value: unknown): value is number => typeof value === 'number';
    const timeOrNull = (value: unknown): number | null => (isTime(value) ? value : null);
    const { pid, startedAt, intervalMs, checkedAt, savedAt, result } = told;
    if (!isTime(pid) || !isTime(startedAt) || !isTime(intervalMs)) return undefined;
    const words = typeof result === 'string' ? printable(result) : '';
    const times = { checkedAt: timeOrNull(checkedAt), savedAt: timeOrNull(savedAt) };
    return { pid, startedAt, intervalMs, ...times, result: words };
  } catch {
    return undefined; // none yet, or by somebody else
  }
}
