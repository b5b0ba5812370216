// Runs the command `holdfast` of this package to its end.

import { join } from 'node:path';
import { execPath } from 'node:process';

import { PROJECT_ROOT } from './project.js';
import type { Scene, Started } from './scene.js';

export interface CommandRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** The output, which has to be one JSON object. */
  readonly document: () => JsonObject;
  /** A list of objects in it. */
  readonly listed: (name: string) => readonly JsonObject[];
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function commandRun({ output, errors }: Started, code: number | null): CommandRun {
  const document = (): JsonObject => JSON.parse(output) as JsonObject;
  return { code, output, errors, document, listed: (name) => document()[name] as JsonObject[] };
}

export async function holdfast(
  scene: Scene,
  args: readonly string[],
  home?: string,
  more: NodeJS.ProcessEnv = {},
): Promise<CommandRun> {
  const env = { ...process.env, ...more, ...(home !== undefined && { HOLDFAST_HOME: home }) };
  const started = scene.start([execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...args], { env });
  const streams = [started.child.stdout, started.child.stderr].map(
    async (stream) => new Promise((resolve) => stream?.once('close', resolve)),
  );
  const { code } = await started.ended();
  await Promise.all(streams);
  return commandRun(started, code);
}
