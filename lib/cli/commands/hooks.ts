// `holdfast hooks`: our hooks in the settings of the agents.

import { resolve } from 'node:path';

import { printable } from '../../printable.js';
import { directories } from '../../tools/directories.js';
import { AGENTS, isAgent, type Agent } from '../../tools/hooks/events.js';
import { examineHooks } from '../../tools/hooks/settings/doctor.js';
import type { Finding } from '../../tools/hooks/settings/finding.js';
import {
  hookStatus,
  installHooks,
  planHooks,
  planRemoval,
  removeHooks,
  type HookChange,
  type HookStatus,
} from '../../tools/hooks/settings/hooks-in-settings.js';
import { SCOPES, placeOf, type HookPlace, type Scope } from '../../tools/hooks/settings/places.js';
import { projectRootOf } from '../../tools/project.js';
import { parseArguments, type Arguments } from '../arguments.js';
import { EXIT_NOT_DONE, Misuse } from '../exit-codes.js';
import { print, printJson, printText } from '../output.js';

const HELP = `usage: holdfast hooks install --agent NAME... [--scope SCOPE] [--dry-run] [options]
       holdfast hooks remove [--agent NAME]... [--scope SCOPE] [--dry-run] [options]
       holdfast hooks status|doctor [--agent NAME]... [--scope SCOPE] [options]

Has an agent call 'holdfast hook EVENT': edits its settings, and nothing in them but its own hooks.
Before each change the file is copied to FILE.holdfast-backup-TIME.

  install   put them in, or correct them
  remove    take them out; a file that nobody has changed since is as it was before, byte for byte
  status    installed, missing or drifted
  doctor    call each with what its agent documents, and look at the answer

  --agent NAME    claude, codex, gemini or cursor; may be given several times
                  (default: all of them; 'install' wants to be told)
  --scope SCOPE   user: for all your projects (the default); project: for everybody in this one;
                  local: for you in this one (claude)
  --project DIR   the project of these scopes (default: where you are)
  --dry-run       say what would be changed, and change nothing
  --json          one object: 'agents'; of doctor 'findings'
  --budget TIME   for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast hooks install --agent claude --agent codex
  holdfast hooks install --agent gemini --scope project --dry-run
  holdfast hooks status --json | jq -r '.agents[].state'
  holdfast hooks doctor --agent claude

Exit codes: 0 done; status: every one that was named is installed, or without --agent: at least one,
and none is drifted; doctor: no errors; 1 otherwise; 64 wrong usage; 65 the settings are no JSON: they
are left as they are; 73, 77 they cannot be written; 75 somebody else is changing them.
`;

const OPTIONS = {
  agent: { type: 'string', multiple: true },
  scope: { type: 'string' },
  project: { type: 'string' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

interface Given {
  readonly words: Arguments;
  /** Those that were named. */
  readonly agents: readonly Agent[];
  readonly places: readonly HookPlace[];
  readonly project: string;
}

const DEEDS: Readonly<Record<string, (given: Given) => Promise<void>>> = { install, remove, status, doctor };

export async function hooks([word = '', ...rest]: readonly string[]): Promise<void> {
  if (word === '--help' || word === '-h') return printText(HELP);
  const deed = Object.hasOwn(DEEDS, word) ? DEEDS[word] : undefined;
  if (deed === undefined) throw new Misuse(`hooks expects one of ${Object.keys(DEEDS).join(', ')}, got '${word}'`);
  const words = parseArguments(rest, { command: `hooks ${word}`, options: OPTIONS, help: HELP });
  if (words === undefined) return;
  const agents = agentsIn(words);
  const scope = scopeIn(words);
  const project = await projectRootOf(resolve(words.valueOf('project') ?? '.'));
  const meant = agents.length > 0 || scope !== 'local' ? (agents.length > 0 ? agents : AGENTS) : (['claude'] as const);
  await deed({ words, agents, places: meant.map((agent) => placeOf(agent, scope, project)), project });
}

async function install({ words, agents, places }: Given): Promise<void> {
  if (agents.length === 0) throw new Misuse(`hooks install expects --agent ${AGENTS.join('|')}`);
  const own = directories();
  if (words.has('dry-run')) return showPlans(words, places.map((place) => planHooks(own, place)));
  const changes = await installHooks(own, places);
  showChanges(words, changes, 'are installed', 'were installed already');
  if (agents.includes('codex') && !words.has('json')) print(['[WARNING] Codex CLI calls them once you have trusted them: start codex, /hooks']);
}

async function remove({ words, places }: Given): Promise<void> {
  const own = directories();
  if (words.has('dry-run')) return showPlans(words, places.map((place) => planRemoval(own, place)));
  showChanges(words, await removeHooks(own, places), 'are removed', 'were not there');
}

function status({ words, agents, places }: Given): Promise<void> {
  const found = places.map((place) => hookStatus(directories(), place));
  if (words.has('json')) printJson({ agents: found });
  const good = found.filter(({ state }) => state === 'installed').length;
  const bad = found.filter(({ state }) => state === 'drifted' || (agents.length > 0 && state === 'missing')).length;
  if (!words.has('json')) for (const one of found) print(shownStatus(one, good > 0 && agents.length === 0));
  if (good === 0 || bad > 0) process.exitCode = EXIT_NOT_DONE;
  return Promise.resolve();
}

/** An agent that nobody has asked for may have none, if another has them. */
function shownStatus({ agent, file, state, differences }: HookStatus, mayMiss: boolean): string[] {
  const isFine = state === 'installed' || (state === 'missing' && mayMiss);
  const title = `[${isFine ? 'OK' : 'WARNING'}] ${agent}: ${isFine && state === 'missing' ? 'no hooks' : state} (${printable(file)})`;
  return [title, ...differences.map((difference) => `  ${printable(difference)}`)];
}

async function doctor({ words, agents, places, project }: Given): Promise<void> {
  const own = directories();
  const isMeant = (place: HookPlace): boolean => agents.length > 0 || hookStatus(own, place).state !== 'missing';
  const findings = await examineHooks(own, places.filter(isMeant), project);
  if (words.has('json')) printJson({ findings });
  else print(findings.map(shownFinding));
  if (findings.some(({ level }) => level === 'ERROR')) process.exitCode = EXIT_NOT_DONE;
}

export function shownFinding({ level, agent, what, durationMs }: Finding): string {
  const time = durationMs === undefined ? '' : ` (${durationMs} ms)`;
  return `[${level}] ${agent === undefined ? '' : `${agent}: `}${printable(what)}${time}`;
}

function showPlans(words: Arguments, plans: readonly HookChange[]): void {
  if (words.has('json')) return printJson({ agents: plans });
  print(plans.map(shownPlan));
}

export function shownPlan({ agent, file, changed, before, after }: HookChange): string {
  if (!changed) return `[OK] ${agent}: nothing to change in ${printable(file)}`;
  const what = after === undefined ? 'delete' : before === undefined ? 'make' : 'change';
  return `${agent}: would ${what} ${printable(file)}`;
}

function showChanges(words: Arguments, changes: readonly HookChange[], done: string, nothing: string): void {
  if (words.has('json')) {
    const agents = changes.map(({ agent, scope, file, changed, backup }) => ({ agent, scope, file, changed, backup }));
    return printJson({ agents });
  }
  for (const { agent, file, changed, backup } of changes) {
    const copy = backup === undefined ? '' : `; what was there is in ${printable(backup)}`;
    print([`[OK] ${agent}: the hooks ${changed ? done : nothing} (${printable(file)}${copy})`]);
  }
}

export function agentsIn(words: Arguments): readonly Agent[] {
  return words.valuesOf('agent').map((word) => {
    if (isAgent(word)) return word;
    throw new Misuse(`--agent expects one of ${AGENTS.join(', ')}, got '${word}'`);
  });
}

function scopeIn(words: Arguments): Scope {
  const word = words.valueOf('scope') ?? 'user';
  const scope = SCOPES.find((one) => one === word);
  if (scope !== undefined) return scope;
  throw new Misuse(`--scope expects one of ${SCOPES.join(', ')}, got '${word}'`);
}
