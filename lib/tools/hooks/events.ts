// The events of agents, by our names and by theirs. What stands here is documented by the agents and tested with their
// payloads (docs/hooks.md#agents).

export const HOOK_EVENTS = [
  'session-start',
  'user-prompt-submit',
  'task-complete',
  'stop',
  'pre-compact',
  'post-compact',
  'session-end',
] as const;

export type HookEvent = (typeof HOOK_EVENTS)[number];

export const AGENTS = ['claude', 'codex', 'gemini', 'cursor'] as const;

export type Agent = (typeof AGENTS)[number];

/** How each agent calls our events; what is missing it does not have. */
export const EVENT_NAMES: Readonly<Record<Agent, Readonly<Partial<Record<HookEvent, string>>>>> = {
  claude: {
    'session-start': 'SessionStart',
    'user-prompt-submit': 'UserPromptSubmit',
    'task-complete': 'TaskCompleted',
    stop: 'Stop',
    'pre-compact': 'PreCompact',
    'post-compact': 'PostCompact',
    'session-end': 'SessionEnd',
  },
  codex: {
    'session-start': 'SessionStart',
    'user-prompt-submit': 'UserPromptSubmit',
    stop: 'Stop',
    'pre-compact': 'PreCompact',
    'post-compact': 'PostCompact',
  },
  gemini: {
    'session-start': 'SessionStart',
    'user-prompt-submit': 'BeforeAgent',
    stop: 'AfterAgent',
    'pre-compact': 'PreCompress',
    'session-end': 'SessionEnd',
  },
  cursor: {
    'session-start': 'sessionStart',
    'user-prompt-submit': 'beforeSubmitPrompt',
    stop: 'stop',
    'session-end': 'sessionEnd',
  },
};

export function isHookEvent(word: string | undefined): word is HookEvent {
  return (HOOK_EVENTS as readonly (string | undefined)[]).includes(word);
}

export function isAgent(word: string | undefined): word is Agent {
  return (AGENTS as readonly (string | undefined)[]).includes(word);
}
