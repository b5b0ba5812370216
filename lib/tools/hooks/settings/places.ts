// Where the agents look for hooks: a file for each agent and scope, as they document it (docs/hooks.md#files).

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { EXIT, ToolFailure } from '../../failure.js';
import type { Agent } from '../events.js';

export const SCOPES = ['user', 'project', 'local'] as const;

export type Scope = (typeof SCOPES)[number];

export interface HookPlace {
  readonly agent: Agent;
  readonly scope: Scope;
  readonly file: string;
}

interface AgentFiles {
  /** Below the home, and in a project. */
  readonly folder: string;
  /** Names another folder than that of the home. */
  readonly variable?: string;
  readonly file: string;
  /** What is the user's alone in a project. */
  readonly local?: string;
}

const FILES: Readonly<Record<Agent, AgentFiles>> = {
  claude: { folder: '.claude', variable: 'CLAUDE_CONFIG_DIR', file: 'settings.json', local: 'settings.local.json' },
  codex: { folder: '.codex', variable: 'CODEX_HOME', file: 'hooks.json' },
  gemini: { folder: '.gemini', file: 'settings.json' },
  cursor: { folder: '.cursor', file: 'hooks.json' },
};

/** The folder of an agent's settings of this user. The home is $HOME: it is the agent that reads it. */
export function userFolderOf(agent: Agent, env = process.env): string {
  const { folder, variable } = FILES[agent];
  const named = variable === undefined ? '' : (env[variable] ?? '');
  return isAbsolute(named) ? named : join(homedir(), folder);
}

/** Throws ToolFailure where the agent has no such scope. */
export function placeOf(agent: Agent, scope: Scope, project: string): HookPlace {
  const { folder, file, local } = FILES[agent];
  if (scope === 'user') return { agent, scope, file: join(userFolderOf(agent), file) };
  if (scope === 'project') return { agent, scope, file: join(project, folder, file) };
  if (local !== undefined) return { agent, scope, file: join(project, folder, local) };
  throw new ToolFailure(EXIT.usage, `--scope local: ${agent} has no such settings; expected user or project`);
}
