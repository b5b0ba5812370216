// Runs the command `holdfast` and kills it right after one of its system calls that change a file or the network.

import { expect } from 'chai';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { fixture } from './fixtures.js';
import { PROJECT_ROOT } from './project.js';
import type { Scene } from './scene.js';

/** The call after which it was killed; undefined when it ended before. */
export async function killedAfter(
  scene: Scene,
  afterCall: number,
  args: readonly string[],
  home: string,
): Promise<string | undefined> {
  const command = [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...args];
  const env = { ...process.env, HOLDFAST_HOME: home };
  const tracer = scene.start([fixture('kill-after'), String(afterCall), ...command], { env });
  const { code } = await tracer.ended();
  expect(code, tracer.errors).to.equal(0);
  return /^killed \d+ (\w+)\n$/.exec(tracer.output)?.[1];
}
