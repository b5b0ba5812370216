// What each agent documents that it tells a hook at each event; `holdfast hooks doctor` feeds it to the hooks that are
// installed.

import { EVENT_NAMES, type Agent, type HookEvent } from '../events.js';

type Fields = Readonly<Record<string, unknown>>;

const PROMPT = { prompt: 'Make the tests pass' };
const MESSAGE = 'All 12 tests pass.';

/** Of every event of the agent. */
const COMMON: Readonly<Record<Agent, (cwd: string) => Fields>> = {
  claude: (cwd) => ({
    session_id: '0b6d2c1e-5f0a-4d58-9c1a-2f6b8f1f0a11',
    transcript_path: '/home/me/.claude/projects/-src-app/0b6d2c1e.jsonl',
    cwd,
    permission_mode: 'default',
  }),
  codex: (cwd) => ({
    session_id: '019a1b2c-0000-7000-8000-00000000c0de',
    transcript_path: null,
    cwd,
    model: 'gpt-5',
    permission_mode: 'default',
  }),
  gemini: (cwd) => ({
    session_id: '5c0ffee5-1111-4222-8333-444455556666',
    transcript_path: '/home/me/.gemini/tmp/app/chats/session.json',
    cwd,
    timestamp: '2026-11-25T08:00:00.000Z',
  }),
  cursor: (cwd) => ({
    conversation_id: '9f8e7d6c-aaaa-bbbb-cccc-0123456789ab',
    generation_id: 'g-1',
    workspace_roots: [cwd],
  }),
};

const OWN: Readonly<Record<Agent, Readonly<Partial<Record<HookEvent, Fields>>>>> = {
  claude: {
    'session-start': { source: 'startup' },
    'user-prompt-submit': { prompt_id: 'p-1', ...PROMPT },
    'task-complete': { task_id: '7', task_subject: 'Make the tests pass', task_description: 'All of them' },
    stop: { stop_hook_active: false, last_assistant_message: MESSAGE, background_tasks: [], session_crons: [] },
    'pre-compact': { trigger: 'auto', custom_instructions: '' },
    'post-compact': { trigger: 'auto', compact_summary: 'The tests were made to pass.' },
    'session-end': { reason: 'prompt_input_exit' },
  },
  codex: {
    'session-start': { source: 'startup' },
    'user-prompt-submit': { turn_id: 'turn-1', ...PROMPT },
    stop: { turn_id: 'turn-1', stop_hook_active: false, last_assistant_message: MESSAGE },
    'pre-compact': { turn_id: 'turn-1', trigger: 'manual' },
    'post-compact': { turn_id: 'turn-1', trigger: 'manual' },
  },
  gemini: {
    'session-start': { source: 'startup' },
    'user-prompt-submit': PROMPT,
    stop: { ...PROMPT, prompt_response: MESSAGE, stop_hook_active: false },
    'pre-compact': { trigger: 'auto' },
    'session-end': { reason: 'exit' },
  },
  cursor: {
    'session-start': {},
    'user-prompt-submit': { ...PROMPT, attachments: [] },
    stop: { status: 'completed' },
    'session-end': { reason: 'completed' },
  },
};

/** Undefined when the agent has no such event. */
export function samplePayload(agent: Agent, event: HookEvent, cwd: string): Fields | undefined {
  const own = OWN[agent][event];
  return own === undefined ? undefined : { ...COMMON[agent](cwd), hook_event_name: EVENT_NAMES[agent][event], ...own };
}
