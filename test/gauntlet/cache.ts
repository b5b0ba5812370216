// What `npm run test:gauntlet` needs and the project does not depend on is kept in a directory of its own: a Node that
// has process.execve(), and execa.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { besideRuns } from '../support/run-directory.js';

export const CACHE = process.env['HOLDFAST_GAUNTLET_CACHE'] ?? besideRuns(`holdfast-gauntlet-${process.getuid?.() ?? 0}`);

const NODE = `node-${process.platform}-${process.arch}`;
const NODE_VERSION = '22.23.3';
const EXECA_VERSION = '9.6.0'; // the last that runs with Node 20

function isInstalled(name: string): boolean {
  return existsSync(join(CACHE, 'node_modules', name, 'package.json'));
}

/** Fetches what is missing. What cannot be had is skipped with its reason, by those who need it. */
export function fetchMissing(withPeers: boolean): void {
  const wanted = [
    ...('execve' in process || isInstalled(NODE) ? [] : [`${NODE}@${NODE_VERSION}`]),
    ...(!withPeers || isInstalled('execa') ? [] : [`execa@${EXECA_VERSION}`]),
  ];
  if (wanted.length === 0) return;
  console.log(`installing ${wanted.join(' ')} in ${CACHE}`);
  mkdirSync(CACHE, { recursive: true, mode: 0o755 });
  const words = ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', CACHE, ...wanted];
  const { status, stderr } = spawnSync('npm', words, { encoding: 'utf8' });
  if (status !== 0) console.log(`could not install them: ${stderr.trim()}`);
}

/** The path of a Node that has process.execve() (22.15 and later). */
export function nodeWithExecve(): string | undefined {
  if ('execve' in process) return process.execPath;
  return isInstalled(NODE) ? join(CACHE, 'node_modules', NODE, 'bin', 'node') : undefined;
}

export function whyNoExecve(): string | undefined {
  if (nodeWithExecve() !== undefined) return undefined;
  return `Node ${process.version} has no process.execve(), and there is no ${NODE}@${NODE_VERSION} in ${CACHE}`;
}
