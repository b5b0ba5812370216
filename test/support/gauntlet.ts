// Runs `holdfast doctor --gauntlet` in the directory of a scene, and reads what it says.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { GauntletFinding } from '#lib/cli/gauntlet/gauntlet.js';

import { eventually } from './eventually.js';
import { PROJECT_ROOT } from './project.js';
import type { Scene, Started } from './scene.js';

const PATIENCE_MS = 150_000;

/** Makes the scene's directory the one for temporary files. */
export function startInScene(scene: Scene, words: readonly string[]): Started {
  const { directory } = scene;
  return scene.start([process.execPath, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: directory, TEMP: directory, TMP: directory },
  });
}

export function startDoctor(scene: Scene, ...options: readonly string[]): Started {
  return startInScene(scene, [join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'doctor', '--gauntlet', ...options]);
}

/** Its exit code. */
export async function done(doctor: Started): Promise<number> {
  return eventually('the doctor is done', () => doctor.child.exitCode ?? undefined, PATIENCE_MS);
}

export function findingsIn(output: string): GauntletFinding[] {
  return (JSON.parse(output) as { readonly attempts: GauntletFinding[] }).attempts;
}

export function directoriesIn({ directory }: Scene): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('holdfast-gauntlet-'));
}
