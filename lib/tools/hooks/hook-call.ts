// What an agent has told a hook, the same for every agent and checked: session ids become parts of file names, and the
// directory is where git will run.

import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

import { remoteMountOf } from '../look/mounts.js';
import { EVENT_NAMES, AGENTS, type Agent, type HookEvent } from './events.js';

export type Payload = Readonly<Record<string, unknown>>;

export interface HookCall {
  readonly event: HookEvent;
  /** Undefined when it cannot be told. */
  readonly agent: Agent | undefined;
  /** What the agent calls the event. */
  readonly eventName: string | undefined;
  readonly sessionId: string | undefined;
  /** An absolute path of a directory. */
  readonly directory: string;
  readonly transcriptPath: string | undefined;
  readonly prompt: string | undefined;
  readonly lastMessage: string | undefined;
  readonly compactSummary: string | undefined;
  readonly task: { readonly id: string | undefined; readonly subject: string } | undefined;
  /** Why a session began: startup, resume, clear, compact. */
  readonly source: string | undefined;
  /** Whether it is about a part of the session that has an agent of its own. */
  readonly isOfSubagent: boolean;
  /** What was not as the agents document it. */
  readonly problems: readonly string[];
}

const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;
const LONGEST_PATH = 4096;
const LONGEST_SUBJECT = 500;

export interface Asked {
  readonly event: HookEvent;
  /** As it was named; undefined to find out. */
  readonly agent: Agent | undefined;
}

export async function hookCall(asked: Asked, payload: Payload, env = process.env): Promise<HookCall> {
  const agent = asked.agent ?? agentOf(payload, env);
  const problems: string[] = [];
  const id = firstText(payload, ['session_id', 'conversation_id', 'sessionId']);
  const sessionId = id !== undefined && SESSION_ID.test(id) ? id : undefined;
  if (id !== undefined && sessionId === undefined) problems.push(`session id: expected letters, digits, _ and -, got '${id.slice(0, 80)}'`);
  const directory = await directoryOf(payload, env, problems);
  return {
    event: asked.event,
    agent,
    eventName: eventNameOf(asked.event, agent, payload),
    sessionId,
    directory,
    transcriptPath: pathOrUndefined(firstText(payload, ['transcript_path'])),
    prompt: firstText(payload, ['prompt']),
    lastMessage: firstText(payload, ['last_assistant_message', 'prompt_response']),
    compactSummary: firstText(payload, ['compact_summary']),
    task: taskOf(payload),
    source: firstText(payload, ['source']),
    isOfSubagent: firstText(payload, ['agent_id']) !== undefined,
    problems,
  };
}

/** By what only one of them sends. */
function agentOf(payload: Payload, env: NodeJS.ProcessEnv): Agent | undefined {
  if ('conversation_id' in payload || 'workspace_roots' in payload) return 'cursor';
  if ('GEMINI_SESSION_ID' in env || /^(Before|After)Agent$|^PreCompress$/.test(String(payload['hook_event_name']))) return 'gemini';
  if ('turn_id' in payload) return 'codex';
  return 'CLAUDECODE' in env || 'CLAUDE_PROJECT_DIR' in env ? 'claude' : undefined;
}

/** Only a name that some agent has: it is printed again. */
function eventNameOf(event: HookEvent, agent: Agent | undefined, payload: Payload): string | undefined {
  if (agent !== undefined) return EVENT_NAMES[agent][event];
  const told = payload['hook_event_name'];
  return AGENTS.map((one) => EVENT_NAMES[one][event]).find((name) => name === told);
}

async function directoryOf(payload: Payload, env: NodeJS.ProcessEnv, problems: string[]): Promise<string> {
  const roots = payload['workspace_roots'];
  const told = firstText(payload, ['cwd']) ?? (Array.isArray(roots) ? textOrUndefined(roots[0]) : undefined);
  if (told !== undefined) {
    if (await isDirectory(told)) return told;
    problems.push(`cwd: expected an absolute path of a directory, got '${told.slice(0, 80)}'`);
  }
  for (const variable of ['CLAUDE_PROJECT_DIR', 'GEMINI_PROJECT_DIR']) {
    const named = env[variable];
    if (named !== undefined && (await isDirectory(named))) return named;
  }
  return process.cwd();
}

async function isDirectory(path: string): Promise<boolean> {
  if (pathOrUndefined(path) === undefined) return false;
  if (remoteMountOf(path) !== undefined) return true; // whoever looks for its project finds out
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // not there, or not for us
  }
}

function pathOrUndefined(text: string | undefined): string | undefined {
  return text !== undefined && isAbsolute(text) && text.length <= LONGEST_PATH && !text.includes('\0') ? text : undefined;
}

function taskOf(payload: Payload): HookCall['task'] {
  const subject = firstText(payload, ['task_subject']);
  return subject === undefined ? undefined : { id: firstText(payload, ['task_id'])?.slice(0, 128), subject: subject.slice(0, LONGEST_SUBJECT) };
}

function firstText(payload: Payload, keys: readonly string[]): string | undefined {
  return keys.map((key) => textOrUndefined(payload[key])).find((text) => text !== undefined);
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
