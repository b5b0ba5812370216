// Runs the command `holdfast` of this package to its end.

import { join } from 'node:path';
import { execPath } from 'node:process';

import { PROJECT_ROOT } from './project.js';
import type { Scene } from './scene.js';

export interface CommandRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** The lines of the output as JSON. */
  readonly objects: () => readonly Readonly<Record<string, unknown>>[];
}

export async function holdfast(scene: Scene, args: readonly string[], home?: string): Promise<CommandRun> {
  const env = home === undefined ? process.env : { ...process.env, HOLDFAST_HOME: home };
  const started = scene.start([execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...args], { env });
  const streams = [started.child.stdout, started.child.stderr].map(
    async (stream) => new Promise((resolve) => stream?.once('close', resolve)),
  );
  const { code } = await started.ended();
  await Promise.all(streams);
  const lines = started.output.split('\n').filter((line) => line !== '');
  const objects = (): Readonly<Record<string, unknown>>[] =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, output: started.output, errors: started.errors, objects };
}
