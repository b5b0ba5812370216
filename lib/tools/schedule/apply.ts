// Does what a plan says, step by step; every program contained and for at most 10 seconds.

import { join } from 'node:path';

import { printable } from '../../printable.js';
import { runChild } from '../child.js';
import { EXIT, ToolFailure } from '../failure.js';
import type { Answer, Ask, Step } from './backend.js';
import { deleteFile, keep, writeFile } from './files.js';
import type { Job } from './job.js';

const CALL_MS = 10_000;
const NOT_FOUND = 127;

export const ask: Ask = (argv) => run(argv, undefined, CALL_MS);

/** Throws ToolFailure at the first step that fails. What a step replaces is kept below the job's directory. */
export async function apply(steps: readonly Step[], { directory }: Job): Promise<void> {
  const backups = join(directory, 'backups');
  for (const step of steps) {
    if (step.do === 'write') writeFile(step, backups);
    if (step.do === 'delete') deleteFile(step.path, backups);
    if (step.do === 'run') requireDone(step, await run(step.argv, step.input, CALL_MS));
  }
}

/** Keeps what a program is about to replace. */
export function backUp(name: string, text: string, { directory }: Job): void {
  if (text !== '') keep(name, Buffer.from(text, 'latin1'), join(directory, 'backups'));
}

/** Runs the command of a job as its scheduler would. */
export async function runStep(step: Step, timeoutMs: number): Promise<void> {
  if (step.do === 'run') requireDone(step, await run(step.argv, step.input, timeoutMs));
}

export async function run(argv: readonly string[], input: string | undefined, timeoutMs: number): Promise<Answer> {
  const [file = '', ...args] = argv;
  try {
    const bytes = input === undefined ? undefined : Buffer.from(input, 'latin1');
    const ended = await runChild({ file, args, timeoutMs, ...(bytes !== undefined && { input: bytes }) });
    const stderr = ended.timedOut ? `no answer within ${timeoutMs} ms` : ended.stderr.toString();
    return { code: ended.timedOut ? null : ended.code, stdout: ended.stdout.toString('latin1'), stderr };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { code: NOT_FOUND, stdout: '', stderr: `there is no program ${file}` };
  }
}

function requireDone({ argv, mayFail = false }: Extract<Step, { do: 'run' }>, { code, stderr, stdout }: Answer): void {
  if (code === 0 || mayFail) return;
  const said = printable((stderr.trim() || stdout.trim()).split('\n').join('; '));
  throw new ToolFailure(EXIT.notDone, `${argv.join(' ')}: ${said === '' ? `exit code ${code ?? 'none'}` : said}`);
}
