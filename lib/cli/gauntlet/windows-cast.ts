// The program of the root and the members of a gauntlet on Windows: `node THIS ROLE DIRECTORY NAME UNTIL`. Each lives
// for a minute at most, and ends when its directory is gone. Nobody imports it.

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import { WINDOWS_TECHNIQUES, WITH_PIPE, startDetached, type Part } from './windows-techniques.js';

const BEAT_MS = 100;
const LOOK_MS = 20;
const GENERATION_MS = 200;
const ROLES: Readonly<Record<string, (part: Part) => void>> = { owner, root, member, hydra };

/** Stands where the owner stands, above a control that has to outlive it. */
function owner(part: Part): void {
  startDetached('root', part, { ...WITH_PIPE, windowsHide: true }).ref();
}

function root(part: Part): void {
  for (const { name, start } of WINDOWS_TECHNIQUES) start({ ...part, name });
  setInterval(() => {
    if (existsSync(join(part.directory, 'exit'))) process.exit(7);
    endInTime(part);
  }, LOOK_MS);
}

function member(part: Part): void {
  if (part.name === 'ignore-ctrl-c') for (const event of ['SIGINT', 'SIGBREAK', 'SIGHUP']) process.on(event, () => undefined);
  sign(part, process.pid);
  setInterval(() => sign(part, process.pid), BEAT_MS);
}

/** Each generation starts the next and ends, and there is no moment in which nobody is signed for. */
function hydra(part: Part): void {
  sign(part, process.pid);
  setTimeout(() => {
    endInTime(part);
    sign(part, startDetached('hydra', part, WITH_PIPE).pid ?? 0);
  }, GENERATION_MS);
}

/** A heartbeat that says who lives at this moment: the process of that pid that started before it. */
function sign(part: Part, pid: number): void {
  endInTime(part);
  try {
    appendFileSync(join(part.directory, `${part.name}.beats`), `${pid} ${Date.now()}\n`);
  } catch {
    endInTime(part); // the directory goes, or somebody else has the file open for a moment
  }
}

function endInTime({ directory, until }: Part): void {
  if (Date.now() > until || !existsSync(directory)) process.exit();
}

function main([role = '', directory = '', name = '', until = '']: readonly string[]): void {
  ROLES[role]?.({ directory, name, until: Number(until) });
}

main(process.argv.slice(2));
