// Reads the lines that a guard writes (docs/protocol.md). Pure: text in, typed values out, whatever the text. A number
// that cannot be read is 0, which is no process and no signal.

import type { EndReason, EndReport, EscapeRoute, Identity, Mechanism, Member, Survivor, Usage } from '../types.js';

/** How the root ended: an exit code or a signal, never both. */
export type RootEnd = { readonly code: number } | { readonly signo: number };

/** What the guard told before the root ran its program, or instead of it. */
export interface Birth {
  readonly mechanism: Mechanism | undefined;
  readonly escapable: readonly EscapeRoute[];
  readonly owner: Identity | undefined;
  readonly outcome: Outcome;
}

export interface FailedCall {
  readonly call: string;
  readonly errno: number;
}

export type Outcome =
  | { readonly kind: 'started'; readonly root: Identity }
  | { readonly kind: 'failed'; readonly call: string; readonly code: string; readonly errno: number }
  | { readonly kind: 'refused'; readonly what: string; readonly detail: string };

export function wordOf(line: string): string {
  const space = line.indexOf(' ');
  return space < 0 ? line : line.slice(0, space);
}

export function fieldsOf(line: string): string[] {
  return line.split(' ').slice(1);
}

export function unescapeField(text: string): string {
  if (text === '%') return '';
  return text.includes('%') ? decodeBytes(text) : text;
}

export function readBirth(lines: readonly string[]): Birth {
  let mechanism: Mechanism | undefined;
  let escapable: readonly EscapeRoute[] = [];
  let owner: Identity | undefined;
  let outcome: Outcome = { kind: 'refused', what: 'request', detail: 'the guard ended without an answer' };
  for (const line of lines) {
    const [first = '', second = '', third = ''] = fieldsOf(line);
    const word = wordOf(line);
    if (word === 'mechanism') mechanism = first as Mechanism;
    if (word === 'mechanism') escapable = routesIn(second);
    if (word === 'owner') owner = identityIn(first, second);
    if (word === 'started') outcome = { kind: 'started', root: identityIn(first, second) };
    if (word === 'failed') outcome = { kind: 'failed', call: unescapeField(first), code: second, errno: numberIn(third) };
    if (word === 'refused') outcome = { kind: 'refused', what: first, detail: unescapeField(second) };
  }
  return { mechanism, escapable, owner, outcome };
}

/** The call for which the last candidate was passed over; none where that was an open route. */
export function lastFailedCall(lines: readonly string[]): FailedCall | undefined {
  const last = lines.filter((line) => wordOf(line) === 'passed-over').at(-1) ?? '';
  const [, call = '', , number] = fieldsOf(last);
  const errno = numberIn(number);
  return errno === 0 ? undefined : { call: unescapeField(call), errno };
}

export function readRootEnd(line: string): RootEnd {
  const [number = '0'] = fieldsOf(line);
  return wordOf(line) === 'exited' ? { code: numberIn(number) } : { signo: numberIn(number) };
}

export function readMember(line: string): Member {
  const [pid = '', startTime = '', ppid = '', state = '', name = '', cpu, memory, age] = fieldsOf(line);
  const member = { ...identityIn(pid, startTime), ppid: numberIn(ppid), state, name: unescapeField(name) };
  if (age === undefined) return member;
  return { ...member, cpuMicroseconds: numberIn(cpu), memoryBytes: numberIn(memory), ageMs: numberIn(age) };
}

export function readUsage(line: string): Usage {
  const [processes, cpu, memory] = fieldsOf(line);
  return { processes: numberIn(processes), cpuMicroseconds: numberIn(cpu), memoryBytes: numberIn(memory) };
}

export function readSurvivor(line: string): Survivor {
  const [pid = '', startTime = '', why = '', name = ''] = fieldsOf(line);
  return { ...identityIn(pid, startTime), why: unescapeField(why), name: unescapeField(name) };
}

export function readEnd(line: string, survivors: readonly Survivor[]): EndReport {
  const [reason = '', politely, killed, duration] = fieldsOf(line);
  return {
    reason: reason as EndReason,
    endedPolitely: numberIn(politely),
    killed: numberIn(killed),
    durationMs: numberIn(duration),
    survivors,
  };
}

export function identityIn(pid: string, startTime: string): Identity {
  return { pid: numberIn(pid), startTime: /^\d{1,20}$/.test(startTime) ? BigInt(startTime) : 0n };
}

function numberIn(field = ''): number {
  return /^\d{1,15}$/.test(field) ? Number(field) : 0;
}

export function routesIn(field: string): readonly EscapeRoute[] {
  return field === '-' || field === '' ? [] : (field.split(',') as EscapeRoute[]);
}

// The escapes are bytes, and bytes need not be UTF-8: decodeURIComponent would throw.
function decodeBytes(text: string): string {
  const bytes = text.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
