// `holdfast config`: which settings count here, where each comes from, and what is wrong with them.

import { printable, printableJson } from '../../printable.js';
import { configPath, loadConfig, type LoadedConfig } from '../../tools/config/config.js';
import { endDespiteHungCalls } from '../../tools/deadline.js';
import { directories } from '../../tools/directories.js';
import { openProject, projectRootOf, type Project } from '../../tools/project.js';
import { parseArguments, type Arguments } from '../arguments.js';
import { Misuse } from '../exit-codes.js';
import { columns, print } from '../output.js';

const HELP = `usage: holdfast config show|path|check [--project DIR] [--config FILE] [--json]

What the tools are told: by the environment (sync.remote is HOLDFAST_SYNC_REMOTE), by the
.holdfast.json of a project, by your config.json, or by nobody.

  show            every setting that counts here, and who has set it: default, user, project or
                  environment
  path            where your configuration stands, or would
  check           whether all of these are right; what is wrong, with its path and the nearest key

  --project DIR   the repository that holds it, or else the directory (default: where you are)
  --config FILE   instead of config.json
  --json          one object
  --budget TIME   for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast config show
  holdfast config show --json | jq -r '.settings["sync.remote"].value'
  \${EDITOR:-vi} "$(holdfast config path)" && holdfast config check

Exit codes: 0; 1 there is no such project; 64 wrong usage; 78 the configuration is wrong.
`;

const OPTIONS = { project: { type: 'string' }, config: { type: 'string' }, json: { type: 'boolean' } } as const;
const WORDS = { what: 'of show, path, check', least: 1, most: 1 } as const;

export async function configCommand(args: readonly string[]): Promise<void> {
  const given = parseArguments(args, { command: 'config', options: OPTIONS, words: WORDS, help: HELP });
  if (given === undefined) return;
  const [word = ''] = given.words;
  const act = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
  if (act === undefined) throw new Misuse(`config expects one of ${Object.keys(PARTS).join(', ')}, got '${word}'`);
  await act(given);
  endDespiteHungCalls();
}

const PARTS: Readonly<Record<string, (given: Arguments) => void | Promise<void>>> = { show, path: tellPath, check };

/** Reads nothing: a file that is wrong has to be found too. */
function tellPath(given: Arguments): void {
  const path = given.valueOf('config') ?? configPath(directories().config);
  print([given.has('json') ? printableJson({ path }) : printable(path)]);
}

async function check(given: Arguments): Promise<void> {
  const { path, written, project, byEnvironment } = await read(given);
  const { warnings } = project;
  const report = { path, exists: written !== undefined, project: project.root, environment: byEnvironment, warnings };
  if (given.has('json')) return print([printableJson(report)]);
  print([
    `[OK] ${printable(path)}${written === undefined ? ' is not there: every setting has its default' : ''}`,
    ...Object.entries(byEnvironment).map(([key, variable]) => `[OK] ${variable} sets ${key}`),
    ...warnings.map((warning) => `[WARNING] ${printable(warning)}`),
  ]);
}

async function show(given: Arguments): Promise<void> {
  const { path, project, ...loaded } = await read(given);
  const settings = settingsOf(loaded, project);
  if (given.has('json')) return print([printableJson({ path, project: project.root, settings })]);
  const rows = Object.entries(settings).map(([key, { value, by, variable }]) => {
    return [key, printable(JSON.stringify(value)), variable === undefined ? by : `${by} ${variable}`];
  });
  print(columns(rows, ['left', 'left', 'left']));
}

async function read(given: Arguments): Promise<LoadedConfig & { readonly project: Project }> {
  const loaded = loadConfig(directories().config, given.valueOf('config'));
  const root = await projectRootOf(given.valueOf('project') ?? process.cwd());
  return { ...loaded, project: await openProject(root, loaded.config) };
}

interface Setting {
  readonly value: unknown;
  readonly by: 'default' | 'user' | 'project' | 'environment';
  /** Of the environment. */
  readonly variable?: string;
}

type Sources = Pick<LoadedConfig, 'config' | 'written' | 'byEnvironment'>;
type Settings = Readonly<Record<string, Setting>>;

/** By their paths. What a project asks for and the user has anyway is the user's. */
function settingsOf({ config, written = {}, byEnvironment }: Sources, project: Project): Settings {
  const asked: Readonly<Record<string, unknown>> = {
    'activity.indicators': project.indicators,
    'save.minIntervalSeconds': project.minIntervalSeconds,
  };
  const byUser = leavesOf(written);
  const settings = Object.entries(leavesOf(config)).map(([key, value]): [string, Setting] => {
    const variable = byEnvironment[key];
    if (variable !== undefined) return [key, { value, by: 'environment', variable }];
    const own = asked[key] ?? value;
    const isAsked = JSON.stringify(own) !== JSON.stringify(value);
    return [key, { value: own, by: isAsked ? 'project' : Object.hasOwn(byUser, key) ? 'user' : 'default' }];
  });
  return Object.fromEntries([...settings, ...pathsOf(project)]);
}

/** What a project alone may set, by the keys of its file. */
function pathsOf({ include, exclude }: Project): readonly [string, Setting][] {
  return Object.entries({ include, exclude }).map(([key, value]) => [key, { value, by: value.length > 0 ? 'project' : 'default' }]);
}

/** `{ a: { b: 1 } }` is `{ 'a.b': 1 }`; lists are values. */
function leavesOf(value: object, above = ''): Readonly<Record<string, unknown>> {
  const parts = Object.entries(value).map(([key, part]: [string, unknown]) => {
    const isSection = typeof part === 'object' && part !== null && !Array.isArray(part);
    return isSection ? leavesOf(part, `${above}${key}.`) : { [`${above}${key}`]: part };
  });
  return Object.assign({}, ...parts) as Readonly<Record<string, unknown>>;
}
