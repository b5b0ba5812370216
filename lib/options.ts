// Checks `options.containment` and fills in the defaults. Misuse throws a TypeError that names the option;
// what no version of this library or system can grant throws a ContainmentError, before anything starts.

import { constants } from 'node:os';

import { ContainmentError, invalidOption } from './errors.js';
import type { ContainmentOptions, EscapeRoute, Mechanism } from './types.js';

export const DEFAULT_GRACE_MS = 5000;
const LONGEST_GRACE_MS = 2 ** 31 - 1;

/** Every mechanism, in the order in which each is named everywhere: native/core/mechanism.cc. */
export const MECHANISMS: readonly Mechanism[] = ['job', 'cgroup', 'namespace', 'subreaper', 'group'];
const ROUTES: readonly EscapeRoute[] = [
  'broker',
  'gained-privilege',
  'guard-killed',
  'owner-and-guard-killed',
  'fast-double-fork',
  'hidden-proc',
  'unrecorded',
];

interface Candidates {
  readonly auto: readonly Mechanism[];
  readonly strict: readonly Mechanism[];
}

/** What `auto` may choose from, strongest first, and what `strict` takes: a copy of what each system offers. */
export const CANDIDATES: Partial<Record<NodeJS.Platform, Candidates>> = {
  linux: { auto: ['cgroup', 'subreaper'], strict: ['namespace'] },
  win32: { auto: ['job'], strict: ['job'] },
};

/** The terms of a tree, checked and complete. */
export interface Terms {
  readonly mechanisms: readonly Mechanism[];
  readonly refuse: readonly EscapeRoute[];
  readonly owner: { readonly pid: number; readonly startTime?: bigint | undefined } | undefined;
  readonly whenRootExits: 'kill' | 'terminate' | 'wait';
  readonly whenOwnerDies: 'kill' | 'terminate';
  readonly graceMs: number;
  readonly label: string | undefined;
}

export function termsFrom(containment: ContainmentOptions | undefined, platform = process.platform): Terms {
  const options = requireObject(containment);
  requireNoLimits(options);
  const strict = booleanOption('strict', options.strict);
  const mechanism = oneOf('mechanism', options.mechanism, ['auto', ...MECHANISMS], 'auto');
  const refuse = routesOption(options.refuse);
  const terms = {
    refuse,
    owner: ownerOption(options.owner),
    whenRootExits: oneOf('whenRootExits', options.whenRootExits, ['kill', 'terminate', 'wait'], 'kill'),
    whenOwnerDies: oneOf('whenOwnerDies', options.whenOwnerDies, ['kill', 'terminate'], 'kill'),
    graceMs: graceOption('options.containment.grace', options.grace, DEFAULT_GRACE_MS),
    label: labelOption(options.label),
  };
  requireClosable(refuse);
  return { ...terms, mechanisms: acceptable(mechanism, strict, platform) };
}

/** Milliseconds between the polite signal and the hard one. */
export function graceOption(name: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LONGEST_GRACE_MS;
  if (!fits) throw invalidOption(name, `milliseconds as an integer from 0 to ${LONGEST_GRACE_MS}`, value);
  return value;
}

/** The number of a signal given by name or number. */
export function signalNumber(name: string, signal: unknown): number {
  if (typeof signal === 'number' && Number.isInteger(signal) && signal >= 0 && signal <= 64) return signal;
  const signo = typeof signal === 'string' ? constants.signals[signal as NodeJS.Signals] : undefined;
  if (signo === undefined) throw invalidOption(name, 'the name or number of a signal', signal);
  return signo;
}

const KNOWN: readonly string[] = [
  'mechanism',
  'strict',
  'refuse',
  'owner',
  'whenRootExits',
  'whenOwnerDies',
  'grace',
  'label',
  'limits',
] satisfies (keyof ContainmentOptions)[];

/** Whether Node takes an argument for the object of options: neither the list of arguments nor a callback. */
export function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A misspelt option would be a weaker containment in silence.
function requireObject(options: unknown): ContainmentOptions {
  if (options === undefined) return {};
  if (!isOptions(options)) throw invalidOption('options.containment', 'an object', options);
  for (const key of Object.keys(options as object)) {
    if (!KNOWN.includes(key)) {
      throw invalidOption('options.containment', `only the options ${KNOWN.join(', ')}`, key);
    }
  }
  return options as ContainmentOptions;
}

function requireNoLimits(options: ContainmentOptions): void {
  if (options.limits === undefined) return;
  throw new ContainmentError(
    'ERR_HOLDFAST_LIMITS_UNSUPPORTED',
    'options.containment.limits: this version does not support limits, so it starts nothing under them',
  );
}

function booleanOption(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw invalidOption(`options.containment.${name}`, 'a boolean', value);
  return value;
}

function oneOf<Word extends string>(name: string, value: unknown, words: readonly Word[], otherwise: Word): Word {
  if (value === undefined) return otherwise;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw invalidOption(`options.containment.${name}`, `one of ${words.join(', ')}`, value);
  return word;
}

function routesOption(value: unknown): readonly EscapeRoute[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidOption('options.containment.refuse', 'an array of escape routes', value);
  const routes: readonly unknown[] = value;
  return routes.map((route, index) => oneOf(`refuse[${index}]`, route ?? null, ROUTES, 'broker'));
}

function requireClosable(routes: readonly EscapeRoute[]): void {
  if (!routes.includes('broker')) return;
  throw new ContainmentError(
    'ERR_HOLDFAST_ROUTE_OPEN',
    "the route 'broker' stays open under every mechanism: a member can ask a service that already runs " +
      '(systemd, cron, a container engine) to start a process, and that process is not a child of the tree',
  );
}

function ownerOption(value: unknown): Terms['owner'] {
  if (value === undefined) return undefined;
  const name = 'options.containment.owner';
  if (typeof value !== 'object' || value === null) throw invalidOption(name, 'an object with a pid', value);
  const { pid, startTime } = value as { pid?: unknown; startTime?: unknown };
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || pid >= 2 ** 31) {
    throw invalidOption(`${name}.pid`, 'a positive integer', pid);
  }
  if (startTime === undefined) return { pid };
  if (typeof startTime !== 'bigint' || startTime < 0n) {
    throw invalidOption(`${name}.startTime`, 'a bigint of at least 0n', startTime);
  }
  return { pid, startTime };
}

function labelOption(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value)) return value;
  throw invalidOption('options.containment.label', 'a string matching [A-Za-z0-9._-]{1,64}', value);
}

function acceptable(mechanism: 'auto' | Mechanism, strict: boolean, platform: NodeJS.Platform): readonly Mechanism[] {
  const candidates = CANDIDATES[platform];
  if (candidates === undefined) {
    throw new ContainmentError('ERR_HOLDFAST_UNSUPPORTED_PLATFORM', `this version cannot contain processes on ${platform}`);
  }
  if (!strict) return mechanism === 'auto' ? candidates.auto : [mechanism];
  if (mechanism !== 'auto' && !candidates.strict.includes(mechanism)) {
    const expected = ['auto', ...candidates.strict].join(' or ');
    throw invalidOption('options.containment.mechanism', `${expected} together with strict`, mechanism);
  }
  return candidates.strict;
}
