// Settings by environment variables: `sync.remote` is HOLDFAST_SYNC_REMOTE. The environment belongs to the user:
// whoever sets it can run programs as that user anyway (NODE_OPTIONS, PATH).

import { EXIT, ToolFailure } from '../failure.js';
import { problemsIn } from './config-problems.js';
import { knownKeys, nearestTo, type KnownKey } from './known-keys.js';

/** Which variable has set what: by the path of the key. */
export type ByEnvironment = Readonly<Record<string, string>>;

interface Setting {
  readonly path: string;
  readonly variable: string;
  readonly value: unknown;
}

const PREFIX = 'HOLDFAST_';
/** What has this prefix, is no setting and is often there: no reason to read the schema. */
const OTHERS = new Set(['HOLDFAST_HOME', 'HOLDFAST_TREE', 'HOLDFAST_DISABLE', 'HOLDFAST_TOKEN']);
/** They say what the file is, and no file is meant here. */
const OF_THE_FILE = ['$schema', 'version'];

/** `save.minIntervalSeconds` is HOLDFAST_SAVE_MIN_INTERVAL_SECONDS. */
export function variableOf(path: string): string {
  return PREFIX + path.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();
}

/** Whether the environment sets that key. A variable that is empty sets nothing. */
export function isSetBy(env: NodeJS.ProcessEnv, path: string): boolean {
  return (env[variableOf(path)] ?? '') !== '';
}

/** For programs that are to have nothing but defaults. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const variables = settable().map(({ path }) => variableOf(path));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isBelow(asKnown(name), variables)));
}

/**
 * The configuration with what the environment sets in place of what a file says or leaves out. Throws ToolFailure with
 * exit code 78, and all that is wrong. `token` names the variable of the token, which may be called anything.
 */
export function withEnvironment<Whole extends object>(
  config: Whole,
  env: NodeJS.ProcessEnv,
  token: string | null,
): { readonly config: Whole; readonly byEnvironment: ByEnvironment } {
  const names = Object.keys(env).map(asKnown).filter((name) => isOurs(name) && (env[name] ?? '') !== '');
  if (names.length === 0) return { config, byEnvironment: {} };
  const { settings, problems } = read(names, env, token);
  const all = [...problems, ...wrongValues(settings)];
  if (all.length > 0) throw new ToolFailure(EXIT.badConfiguration, all.join('\n'));
  const byEnvironment = Object.fromEntries(settings.map(({ path, variable }) => [path, variable]));
  return { config: settings.reduce(withSetting, config), byEnvironment };
}

/** Windows does not tell capital letters from small ones. */
function asKnown(name: string): string {
  return process.platform === 'win32' ? name.toUpperCase() : name;
}

function isOurs(name: string): boolean {
  return name.startsWith(PREFIX) && !OTHERS.has(name);
}

interface Found {
  readonly settings: readonly Setting[];
  readonly problems: readonly string[];
}

function read(names: readonly string[], env: NodeJS.ProcessEnv, token: string | null): Found {
  const known = settable();
  const keys = new Map(known.filter(({ isSection }) => !isSection).map((key) => [variableOf(key.path), key]));
  const sections = known.filter(({ isSection }) => isSection).map(({ path }) => variableOf(path));
  const tokens = [token, env[variableOf('sync.tokenEnv')]];
  const settings: Setting[] = [];
  const problems: string[] = [];
  for (const variable of names) {
    const key = keys.get(variable);
    if (key !== undefined) settings.push({ path: key.path, variable, value: valueOf(key, env[variable] ?? '') });
    else if (isBelow(variable, sections) && !tokens.includes(variable)) {
      problems.push(aboutUnknown(variable, [...keys.keys()]));
    }
  }
  return { settings, problems };
}

function settable(): readonly KnownKey[] {
  return knownKeys().filter(({ path }) => !OF_THE_FILE.includes(path));
}

function isBelow(variable: string, sections: readonly string[]): boolean {
  return sections.some((section) => `${variable}_`.startsWith(`${section}_`));
}

/** What is no JSON is told as the text that it is. */
function valueOf({ isText }: KnownKey, text: string): unknown {
  if (isText && text !== 'null') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function aboutUnknown(variable: string, known: readonly string[]): string {
  const bare = (name: string): string => name.replaceAll('_', '');
  const nearest = nearestTo(bare(variable), known.map(bare));
  const meant = known.find((name) => bare(name) === nearest);
  return `${variable}: there is no such setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function wrongValues(settings: readonly Setting[]): readonly string[] {
  const nameOf = (path: string): string => {
    const of = settings.find((setting) => `${path}.`.startsWith(`${setting.path}.`));
    return of === undefined ? path : of.variable + path.slice(of.path.length);
  };
  return problemsIn(settings.reduce(withSetting, {}), nameOf);
}

function withSetting<Whole extends object>(whole: Whole, { path, value }: Setting): Whole {
  return withValue(whole, path.split('.'), value) as Whole;
}

function withValue(section: object, [key = '', ...below]: readonly string[], value: unknown): object {
  const { [key]: inner = {} } = section as Readonly<Record<string, object | undefined>>;
  return { ...section, [key]: below.length === 0 ? value : withValue(inner, below, value) };
}
