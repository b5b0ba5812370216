// The program that the agents call. Its path and its text never change, so that the hooks in their settings need not
// either; where holdfast is now stands in a file beside it. Without holdfast it answers that nothing is to be done.

import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import type { Directories } from '../../directories.js';
import { makePrivateDirectory, readFileIfAny, replaceFile } from '../../private-files.js';
import type { HookProgram } from './handlers.js';

/** Changing a byte of it makes every user of Codex CLI trust it again. */
export const SHIM = `// Called by agents. Loads the holdfast that hook.json beside it names; without one it answers that nothing is to be done.
'use strict';
function nothing() {
  try {
    require('fs').writeSync(1, process.argv.indexOf('cursor') > 0 ? '{"continue":true}\\n' : '{}\\n');
  } catch (error) {}
  process.exit(0);
}
try {
  var text = require('fs').readFileSync(require('path').join(__dirname, 'hook.json'), 'utf8');
  var current = JSON.parse(text);
  for (var name in current.env) if (!(name in process.env)) process.env[name] = current.env[name];
  require(current.program).runHook(process.argv.slice(2)).then(nothing, nothing);
} catch (error) {
  nothing();
}
`;

/** What stands in hook.json. */
interface Current {
  readonly node: string;
  /** The module that has runHook(). */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

const PROGRAM = join(__dirname, '..', 'run-hook.js');

/** The program of the hooks as they are installed, or would be. A Node that is still there stays. */
export function hookProgram(places: Directories): HookProgram {
  const remembered = currentOf(places)?.node;
  const node = remembered !== undefined && existsSync(remembered) ? remembered : process.execPath;
  return { node, shim: shimOf(places) };
}

/** Makes the shim call this very version. */
export function installShim(places: Directories, { node }: HookProgram): void {
  const folder = folderOf(places);
  makePrivateDirectory(places.state);
  makePrivateDirectory(folder);
  if (readFileIfAny(shimOf(places)) !== SHIM) replaceFile(shimOf(places), SHIM);
  const current = textOf({ node, program: PROGRAM, env: environmentOf(process.env) });
  if (readFileIfAny(join(folder, 'hook.json')) !== current) replaceFile(join(folder, 'hook.json'), current);
}

/** In words: what keeps the shim from calling this version. */
export function shimProblems(places: Directories): readonly string[] {
  const text = readFileIfAny(shimOf(places));
  const current = currentOf(places);
  return [
    text === SHIM ? [] : [`${shimOf(places)} ${text === undefined ? 'is missing' : 'has been changed'}`],
    current === undefined ? [`${join(folderOf(places), 'hook.json')} is missing or cannot be understood`] : [],
    current === undefined || existsSync(current.program) ? [] : [`${current.program} is missing: holdfast was removed or moved`],
    current === undefined || existsSync(current.node) ? [] : [`${current.node} is missing: Node was removed or updated`],
  ].flat();
}

function folderOf({ state }: Directories): string {
  return join(state, 'bin');
}

function shimOf(places: Directories): string {
  return join(folderOf(places), 'hook.cjs');
}

function currentOf(places: Directories): Current | undefined {
  try {
    const { node, program, env } = JSON.parse(readFileIfAny(join(folderOf(places), 'hook.json')) ?? '') as Partial<Current>;
    if (typeof node !== 'string' || typeof program !== 'string' || typeof env !== 'object') return undefined;
    return { node, program, env };
  } catch {
    return undefined; // none yet, or by somebody else
  }
}

function textOf(current: Current): string {
  return `${JSON.stringify(current, undefined, 2)}\n`;
}

/** What moves the directories of the tools: some agents pass on only a part of the environment. */
function environmentOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const names = ['HOLDFAST_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME'];
  return Object.fromEntries(names.flatMap((name) => (isAbsolute(env[name] ?? '') ? [[name, env[name] ?? '']] : [])));
}
