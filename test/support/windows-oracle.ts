// What the tests know of Windows' processes without the library: test/windows/fixtures/oracle.c. Not there on other
// systems.

import { join } from 'node:path';

import type { ProcessLine } from './proc.js';

/** Where `npm run build:win32 -- fixtures` has put the programs of the tests. */
export const WINDOWS_FIXTURES = process.env['HOLDFAST_TEST_FIXTURES'] ?? '';

interface Native {
  table(): [pid: string, ppid: string, startTime: string][];
  commandLine(pid: number): string;
  handles(): number;
  access(path: string): string;
  ownSid(): string;
  wineVersion(): string;
}

export interface Oracle {
  lines(): ProcessLine[];
  commandLine(pid: number): readonly string[];
  /** How many handles this process has open. */
  handles(): number;
  /** Who owns a file or a pipe, and who may open it: its security descriptor in SDDL. */
  access(path: string): string;
  ownSid(): string;
  /** Why a test cannot run where it is wine that plays Windows; undefined on Windows. */
  lackedBy(lack: string): string | undefined;
}

export const oracle: Oracle | undefined = process.platform === 'win32' ? load() : undefined;

function load(): Oracle {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon has no other way in
  const native = require(join(WINDOWS_FIXTURES, 'oracle.node')) as Native;
  return {
    lines: () =>
      native.table().map(([pid, ppid, startTime]) => ({ pid: Number(pid), ppid: Number(ppid), startTime, state: 'R', group: 0, session: 0 })),
    commandLine: (pid) => wordsOf(native.commandLine(pid)),
    handles: () => native.handles(),
    access: (path) => native.access(path),
    ownSid: () => native.ownSid(),
    lackedBy: (lack) => (native.wineVersion() === '' ? undefined : `wine ${lack}`),
  };
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
