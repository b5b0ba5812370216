// The text of an agent's settings with our hooks in it, or without them. Pure; whatever else stands there stays as it
// is, byte for byte.

import { isDeepStrictEqual } from 'node:util';

import { EXIT, ToolFailure } from '../../failure.js';
import { EVENT_NAMES, type Agent } from '../events.js';
import { entryOf, isOurs, wantedHandlers, type HookProgram } from './handlers.js';
import { JsonProblem, memberOf, parseJson, withPart, withoutPart, type JsonPart } from './json-text.js';
import type { HookPlace } from './places.js';

/** A handler in the text, and what holds it, from the outside to the inside. */
export interface Found {
  /** As the agent calls the event. */
  readonly name: string;
  readonly handler: Readonly<Record<string, unknown>>;
  readonly path: readonly JsonPart[];
}

export interface Difference {
  readonly name: string;
  readonly what: 'is missing' | 'has been changed' | 'is not wanted';
}

const CURSOR_VERSION = 1;

/** Throws ToolFailure when it is no JSON, or its hooks are not as the agent has them. */
export function installed(place: HookPlace, text: string | undefined, program: HookProgram): string {
  const { agent } = place;
  let now = text ?? '{}\n';
  const { isRight, extra } = compared(place, now, program);
  for (let left = extra.length; left > 0; left -= 1) now = withoutOne(place, now, program, (found) => !isRight(found));
  for (const { name, handler } of wantedHandlers(agent, program)) {
    if (ourHandlers(place, now, program).some((found) => found.name === name)) continue;
    now = withHandler(place, now, name, entryOf(agent, handler));
  }
  return now;
}

export function removed(place: HookPlace, text: string, program: HookProgram): string {
  let now = text;
  while (ourHandlers(place, now, program).length > 0) now = withoutOne(place, now, program, () => true);
  return now;
}

/** What is not as it would be installed. */
export function differences(place: HookPlace, text: string, program: HookProgram): readonly Difference[] {
  const { extra, missing } = compared(place, text, program);
  const wanted = wantedHandlers(place.agent, program).map(({ name }) => name);
  const changed = extra.map(({ name }) => name);
  return [
    ...missing.filter((name) => !changed.includes(name)).map((name) => ({ name, what: 'is missing' as const })),
    ...changed.map((name) => ({ name, what: wanted.includes(name) ? ('has been changed' as const) : ('is not wanted' as const) })),
  ];
}

/** Every handler of ours. */
export function ourHandlers(place: HookPlace, text: string, program: HookProgram): readonly Found[] {
  const root = objectIn(place, text);
  const hooks = memberOf(root, 'hooks');
  if (hooks === undefined) return [];
  const all = hooks.parts.flatMap((list) => handlersIn(place.agent, [root, hooks, list]));
  return all.filter(({ handler }) => isOurs(handler, program));
}

interface Comparison {
  readonly isRight: (found: Found) => boolean;
  /** Ours, and not as they would be installed. */
  readonly extra: readonly Found[];
  readonly missing: readonly string[];
}

function compared(place: HookPlace, text: string, program: HookProgram): Comparison {
  const wanted = wantedHandlers(place.agent, program);
  const ours = ourHandlers(place, text, program);
  const isRight = ({ name, handler }: Found): boolean =>
    wanted.some((one) => one.name === name && isDeepStrictEqual(one.handler, handler)) &&
    ours.filter((other) => other.name === name).length === 1;
  const there = ours.filter(isRight).map(({ name }) => name);
  const missing = wanted.map(({ name }) => name).filter((name) => !there.includes(name));
  return { isRight, extra: ours.filter((found) => !isRight(found)), missing };
}

function handlersIn(agent: Agent, path: readonly JsonPart[]): Found[] {
  const list = path.at(-1);
  const name = list?.key ?? '';
  const found = (handler: JsonPart, above: readonly JsonPart[]): Found[] =>
    handler.kind === 'object' ? [{ name, handler: handler.value as Found['handler'], path: [...above, handler] }] : [];
  if (list?.kind !== 'array') return [];
  if (agent === 'cursor') return list.parts.flatMap((handler) => found(handler, path));
  return list.parts.flatMap((group) => {
    const handlers = group.kind === 'object' ? memberOf(group, 'hooks') : undefined;
    if (handlers === undefined) return [];
    return handlers.parts.flatMap((handler) => found(handler, [...path, group, handlers]));
  });
}

/** Without the last one that is meant, nor what holds nothing but it. */
function withoutOne(place: HookPlace, text: string, program: HookProgram, isMeant: (found: Found) => boolean): string {
  const path = ourHandlers(place, text, program).filter(isMeant).at(-1)?.path ?? [];
  let at = path.length - 1;
  // A group has its matcher beside its handlers; without them it is nothing.
  const isEmptied = (part: JsonPart | undefined): boolean =>
    part?.parts.length === 1 || (part?.kind === 'object' && part.key === undefined);
  while (at > 1 && isEmptied(path[at - 1])) at -= 1;
  const [container, part] = [path[at - 1], path[at]];
  return container === undefined || part === undefined ? text : withoutPart(text, container, part);
}

function withHandler(place: HookPlace, text: string, name: string, entry: object): string {
  const root = objectIn(place, text);
  if (place.agent === 'cursor' && memberOf(root, 'version') === undefined) {
    return withHandler(place, withPart(text, root, { key: 'version', value: CURSOR_VERSION }), name, entry);
  }
  const hooks = memberOf(root, 'hooks');
  if (hooks === undefined) return withPart(text, root, { key: 'hooks', value: { [name]: [entry] } });
  const list = memberOf(hooks, name);
  if (list !== undefined) return withPart(text, list, { value: entry });
  return withPart(text, hooks, { key: name, value: [entry] });
}

/** The whole, as far as we have to understand it. */
function objectIn({ agent, file }: HookPlace, text: string): JsonPart {
  const wrong = (path: string, expected: string, part: JsonPart): ToolFailure =>
    new ToolFailure(EXIT.badData, `${file}: ${path}: expected ${expected}, got ${JSON.stringify(part.value).slice(0, 80)}; it was left as it is`);
  const root = parsed(file, text);
  if (root.kind !== 'object') throw wrong('the whole', 'an object', root);
  const hooks = memberOf(root, 'hooks');
  if (hooks !== undefined && hooks.kind !== 'object') throw wrong('hooks', 'an object', hooks);
  const names: readonly (string | undefined)[] = Object.values(EVENT_NAMES[agent]);
  const list = hooks?.parts.find(({ kind, key }) => kind !== 'array' && names.includes(key));
  if (list !== undefined) throw wrong(`hooks.${list.key ?? ''}`, 'an array', list);
  return root;
}

function parsed(file: string, text: string): JsonPart {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new ToolFailure(EXIT.badData, `${file}: ${error.message}; it was left as it is`, error);
  }
}
