// What in the settings of an agent keeps it from calling hooks, by its own documentation (docs/hooks.md#files).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Agent } from '../events.js';
import type { Finding } from './finding.js';
import { SCOPES, placeOf, userFolderOf } from './places.js';

/** Settings of whoever administers the machine. */
const MANAGED: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: '/Library/Application Support/ClaudeCode/managed-settings.json',
  win32: 'C:\\Program Files\\ClaudeCode\\managed-settings.json',
};

export function obstacles(agent: Agent, project: string): Finding[] {
  switch (agent) {
    case 'claude':
      return aboutClaude(project, MANAGED[process.platform] ?? '/etc/claude-code/managed-settings.json');
    case 'codex':
      return aboutCodex();
    case 'gemini':
      return aboutGemini(project);
    case 'cursor':
      return [];
  }
}

export function aboutClaude(project: string, managed: string): Finding[] {
  const files = [...SCOPES.map((scope) => placeOf('claude', scope, project).file), managed];
  const off = files.filter((file) => settingsIn(file)['disableAllHooks'] === true).map((file) => `${file}: disableAllHooks is on`);
  const only = settingsIn(managed)['allowManagedHooksOnly'] === true ? [`${managed}: allowManagedHooksOnly is on`] : [];
  return [...off, ...only].map((what) => ({ level: 'ERROR', agent: 'claude', what: `${what}: Claude Code calls none of these hooks` }));
}

function aboutCodex(): Finding[] {
  const config = join(userFolderOf('codex'), 'config.toml');
  const isOff = /^\s*(?:features\.)?hooks\s*=\s*false\b/m.test(textIn(config));
  const off = isOff ? [{ level: 'ERROR', agent: 'codex', what: `${config}: hooks = false: Codex CLI calls none of these hooks` } as const] : [];
  const what = 'Codex CLI calls a hook only after you have trusted it: start codex and answer it, or use /hooks there';
  return [...off, { level: 'WARNING', agent: 'codex', what }];
}

function aboutGemini(project: string): Finding[] {
  const files = (['user', 'project'] as const).map((scope) => placeOf('gemini', scope, project).file);
  const isOff = (file: string): boolean => {
    const hooks = settingsIn(file)['hooksConfig'];
    return typeof hooks === 'object' && hooks !== null && (hooks as { enabled?: unknown }).enabled === false;
  };
  return files
    .filter(isOff)
    .map((file) => ({ level: 'ERROR', agent: 'gemini', what: `${file}: hooksConfig.enabled is false: Gemini CLI calls none of these hooks` }));
}

/** Empty when there are none that can be read: the agent cannot read them either. */
function settingsIn(file: string): Readonly<Record<string, unknown>> {
  try {
    const settings: unknown = JSON.parse(textIn(file));
    return typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not there, or not for us
  }
}
