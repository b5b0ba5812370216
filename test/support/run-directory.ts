// One directory for each run of the tests and, below it, one for each process of mocha: TMPDIR of all that it starts.
// Nothing depends on what an earlier run has left, and what a test leaves is seen. To be imported first.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from 'node:process';

/** Set by the first process of a run; the workers of mocha inherit it. */
const RUN = 'HOLDFAST_TEST_RUN';

const run = env[RUN] ?? makeRun();
/** Short names: sockets below it have 108 bytes for their whole path (unix(7)). */
const own = join(run, String(process.pid));

function makeRun(): string {
  const path = mkdtempSync(join(tmpdir(), 'hf-'));
  chmodSync(path, 0o755);
  env[RUN] = path;
  process.once('exit', () => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

mkdirSync(own);
chmodSync(own, 0o1777); // as /tmp: other users write there, too
for (const name of ['TMPDIR', 'TEMP', 'TMP']) env[name] = own; // the last two on Windows

/** Where the processes of this run share what each needs. */
export function sharedPath(name: string): string {
  return join(run, name);
}

/** What is to outlive the run. */
export function besideRuns(name: string): string {
  return join(dirname(run), name);
}

/** What a test that failed has left, or what has been complained about. */
export function removeTemporaryFiles(but: ReadonlySet<string> = new Set()): void {
  for (const name of temporaryFiles()) if (!but.has(name)) rmSync(join(own, name), { recursive: true, force: true });
}

/** What this process and those that it started have there now. */
export function temporaryFiles(): string[] {
  return readdirSync(own);
}
