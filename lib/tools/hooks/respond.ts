// What a hook does for each event. Each step is tried whatever became of the one before it.

import { EXIT } from '../failure.js';
import { projectRootOf } from '../project.js';
import type * as Sync from '../sync/sync.js';
import type { Workplace } from '../workplace.js';
import type { Answer } from './answer.js';
import type { Complaints } from './complaints.js';
import type { Deadline } from './deadline.js';
import type { HookEvent } from './events.js';
import type { HookCall } from './hook-call.js';
import type * as RecallForHook from './recall-for-hook.js';
import type * as SaveForHook from './save-for-hook.js';
import type * as StartDaemonForHook from './start-daemon-for-hook.js';

export interface Turn {
  readonly call: HookCall;
  readonly workplace: Workplace;
  readonly answer: Answer;
  readonly complaints: Complaints;
  readonly deadline: Deadline;
}

/** `root` is the directory of the project. */
type Step = (turn: Turn, root: string) => void | Promise<void>;

interface Steps {
  /** Quick, and done whatever the time is. */
  readonly first: readonly Step[];
  /** For the rest of the time. */
  readonly then: readonly Step[];
}

const STEPS: Readonly<Record<HookEvent, Steps>> = {
  'session-start': { first: [recall], then: [startDaemon] },
  'user-prompt-submit': { first: [recall, save], then: [syncOnce] },
  'task-complete': { first: [save], then: [syncOnce] },
  stop: { first: [save], then: [syncOnce] },
  'pre-compact': { first: [save], then: [] },
  'post-compact': { first: [save], then: [] },
  'session-end': { first: [save], then: [] },
};

export async function respond(turn: Turn): Promise<void> {
  const { call, complaints, deadline } = turn;
  const { first, then } = STEPS[call.event];
  deadline.signal.addEventListener('abort', () => complaints.note(`the time of ${call.event} is used up`));
  const root = await deadline.finish(async () => {
    const found = await projectRootOf(call.directory);
    await perform(first, turn, found);
    return found;
  });
  await perform(then, turn, root);
}

async function perform(steps: readonly Step[], turn: Turn, root: string): Promise<void> {
  for (const step of steps) {
    try {
      await step(turn, root);
    } catch (error) {
      turn.complaints.tell(error);
    }
  }
}

function recall({ call, workplace, answer }: Turn, root: string): void {
  if (!answer.takesContext) return;
  const { recallForHook } = load('./recall-for-hook.js') as typeof RecallForHook;
  answer.context = recallForHook(workplace, call, root);
}

async function save({ call, workplace, complaints, deadline }: Turn, root: string): Promise<void> {
  const { saveForHook } = load('./save-for-hook.js') as typeof SaveForHook;
  const { warnings } = await saveForHook(workplace, call, { root, msLeft: deadline.msLeft });
  for (const warning of warnings) complaints.note(warning);
}

async function startDaemon({ workplace, deadline }: Turn, root: string): Promise<void> {
  if (!workplace.config.daemon.autostart) return;
  const { startDaemonForHook } = load('./start-daemon-for-hook.js') as typeof StartDaemonForHook;
  await startDaemonForHook(workplace, root, deadline.msLeft);
}

/** What only the user can correct is told; that the network is away is no news, and all of it is kept. */
async function syncOnce({ workplace, complaints, deadline }: Turn): Promise<void> {
  const { hooks, sync: settings } = workplace.config;
  const budgetMs = Math.min(hooks.syncBudgetMs, deadline.msLeft);
  if (settings.remote === null || budgetMs === 0) return;
  const { sync } = load('../sync/sync.js') as typeof Sync;
  const { exitCode, reason } = await sync(workplace, { budgetMs, signal: deadline.signal });
  if (exitCode === EXIT.badConfiguration) complaints.tell(`sync: ${reason ?? 'the configuration is wrong'}`);
}

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: not every event needs it
  return require(path);
}
