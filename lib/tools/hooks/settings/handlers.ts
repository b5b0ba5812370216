// The hooks as each agent has them in its settings. The command stays the same for as long as it works: Codex CLI runs
// only the very text that its user has trusted.

import { isDeepStrictEqual } from 'node:util';

import { EXIT, ToolFailure } from '../../failure.js';
import { AGENTS, EVENT_NAMES, HOOK_EVENTS, type Agent, type HookEvent } from '../events.js';

/** What a hook may take before the agent ends it; the hook itself ends earlier. */
export const HANDLER_TIMEOUT_MS = 5000;

export interface HookProgram {
  /** Absolute. */
  readonly node: string;
  /** Absolute; never changes. */
  readonly shim: string;
}

export interface Wanted {
  readonly event: HookEvent;
  /** As the agent calls it. */
  readonly name: string;
  readonly handler: Readonly<Record<string, unknown>>;
}

/** Every event that the agent has. */
export function wantedHandlers(agent: Agent, program: HookProgram): readonly Wanted[] {
  return HOOK_EVENTS.flatMap((event) => {
    const name = EVENT_NAMES[agent][event];
    return name === undefined ? [] : [{ event, name, handler: handlerFor(agent, event, program) }];
  });
}

/** What stands in the list of an event: Cursor has the handlers there, the others groups of them. */
export function entryOf(agent: Agent, handler: object): object {
  return agent === 'cursor' ? handler : { hooks: [handler] };
}

function handlerFor(agent: Agent, event: HookEvent, program: HookProgram): Wanted['handler'] {
  const { node, shim } = program;
  const words = [event, '--agent', agent];
  const inShell = shellCommand(agent, [node, shim, ...words]);
  const seconds = HANDLER_TIMEOUT_MS / 1000;
  switch (agent) {
    case 'claude':
      return { type: 'command', command: node, args: [shim, ...words], timeout: seconds };
    case 'codex':
      return { type: 'command', command: inShell, timeout: seconds };
    case 'gemini':
      return { type: 'command', command: inShell, name: `holdfast ${event}`, timeout: HANDLER_TIMEOUT_MS };
    case 'cursor':
      return { command: inShell, timeout: seconds };
  }
}

/** Whether a handler is ours, of this version or another: it calls the shim, as we write it, and nothing else. */
export function isOurs(handler: unknown, { shim }: HookProgram): boolean {
  if (typeof handler !== 'object' || handler === null) return false;
  const { command, args } = handler as Readonly<Record<string, unknown>>;
  if (typeof command !== 'string') return false;
  if (Array.isArray(args)) return AGENTS.some((agent) => isDeepStrictEqual(args, [shim, args[1], '--agent', agent]));
  const tail = AGENTS.flatMap((agent) => HOOK_EVENTS.map((event) => ` ${quoted(agent, shim)} ${event} --agent ${agent}`));
  const node = tail.filter((end) => command.endsWith(end)).map((end) => command.slice(0, -end.length))[0];
  return node !== undefined && /^(?:& )?(?:'(?:[^']|'\\''|'')*'|"[^"]*"|[^\s'"]+)$/.test(node);
}

function shellCommand(agent: Agent, words: readonly string[]): string {
  const [program = '', ...rest] = words.map((word) => quoted(agent, word));
  const isCall = process.platform === 'win32' && agent === 'gemini' && program.startsWith("'");
  return [isCall ? `& ${program}` : program, ...rest].join(' ');
}

/** For sh; on Windows for PowerShell, in which Gemini CLI runs its hooks, or for cmd. */
function quoted(agent: Agent, word: string): string {
  if (/\p{Cc}/u.test(word)) throw new ToolFailure(EXIT.usage, `a path with a control character cannot be a hook: ${JSON.stringify(word)}`);
  if (process.platform !== 'win32') return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  if (/^[\w:\\./~-]+$/.test(word)) return word;
  if (agent === 'gemini') return `'${word.replaceAll("'", "''")}'`;
  if (/[%!^&|<>"]/.test(word)) throw new ToolFailure(EXIT.usage, `cmd would change this path, so it cannot be a hook: ${word}`);
  return `"${word}"`;
}
