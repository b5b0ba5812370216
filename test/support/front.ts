// Runs `holdfast-guard run`, the native front, and reads the report that it writes.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { expect } from 'chai';

import type { Cast } from './cast.js';
import type { LinuxMechanism } from './mechanisms.js';
import { ancestorsOf, commandLine, identityOf, type ProcessIdentity } from './proc.js';
import { GUARD } from './project.js';
import type { Ended, Scene, Started } from './scene.js';

export interface FrontReport {
  readonly id: string;
  readonly mechanism: string;
  readonly escapable: readonly string[];
  readonly root: { readonly exitCode?: number; readonly signal?: number } | null;
  readonly reason: string;
  readonly endedPolitely: number;
  readonly killed: number;
  readonly durationMs: number;
  readonly survivors: readonly unknown[];
}

export function frontArgv(options: readonly string[], command: readonly string[]): string[] {
  return [GUARD, 'run', ...options, '--', ...command];
}

export function readReport(path: string): FrontReport {
  return JSON.parse(readFileSync(path, 'utf8')) as FrontReport;
}

export interface FrontRun extends Ended {
  readonly output: string;
  readonly errors: string;
  readonly report: FrontReport;
}

/** Runs a command to its end under a mechanism, and checks that this mechanism held it. */
export async function runFront(
  scene: Scene,
  mechanism: LinuxMechanism,
  options: readonly string[],
  command: readonly string[],
): Promise<FrontRun> {
  const path = scene.path('report.json');
  const terms = ['--mechanism', mechanism, '--json-report', path, ...options];
  const front = scene.start(frontArgv(terms, command));
  const ended = await front.ended();
  const report = readReport(path);
  if (report.reason !== 'not-started') expect(report.mechanism).to.equal(mechanism);
  return { ...ended, output: front.output, errors: front.errors, report };
}

/** Starts a cast behind the front. */
export async function castBehindFront(
  scene: Scene,
  cast: Cast,
  options: readonly string[],
): Promise<Started> {
  const front = scene.startHolding(cast, frontArgv(options, cast.argv));
  await cast.ready();
  return front;
}

/** The front above a member: its program is that of the guards between them. */
export function frontAbove({ pid }: ProcessIdentity): ProcessIdentity {
  const above = ancestorsOf(pid).filter((one) => basename(commandLine(one)[0] ?? '') === basename(GUARD));
  const front = above.at(-1);
  if (front === undefined) throw new Error(`no front is above ${pid}`);
  return identityOf(front);
}
