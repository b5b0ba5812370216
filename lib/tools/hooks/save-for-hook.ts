// Turns what an agent has told a hook into a saved context. Git is asked only where something has changed and nobody
// has asked for a while, and for a moment only: the agent waits.

import { activityOf } from '../save/activity.js';
import { openProject, type Project } from '../project.js';
import { saveContext, type SaveRequest, type SaveResult } from '../save/save-context.js';
import type { Workplace } from '../workplace.js';
import type { HookCall } from './hook-call.js';

/** For each of the two children of git. */
const GIT_MS = 300;
/** For other saves, each of which takes some milliseconds; more where there is more time. */
const LEAST_STORE_WAIT_MS = 500;

interface HookSave {
  /** The directory of the project. */
  readonly root: string;
  /** Milliseconds for all of it; what is begun may take somewhat longer. */
  readonly msLeft: number;
}

export async function saveForHook(
  workplace: Workplace,
  call: HookCall,
  { root, msLeft }: HookSave,
): Promise<SaveResult> {
  const project = await openProject(root, workplace.config);
  const mark = call.event === 'session-end' ? undefined : await markWhereGitIsDue(workplace, project);
  const childTimeoutMs = Math.min(GIT_MS, workplace.config.save.childTimeoutMs);
  const git = mark === undefined ? 'as-saved' : 'fresh-or-saved';
  const storeWaitMs = Math.max(LEAST_STORE_WAIT_MS, msLeft - 2 * childTimeoutMs);
  const result = await saveContext(workplace, { ...requestOf(call), root, project, git, childTimeoutMs, storeWaitMs });
  // What git did not tell in time is for whoever has more time: to them the project has changed.
  if (mark !== undefined) workplace.store.noteSeen(root, { mark: result.gitAnswered ? mark : '', savedAt: Date.now() });
  return result;
}

/** What the project looks like, when that has changed and the last look of git is old enough. */
async function markWhereGitIsDue({ store, config }: Workplace, project: Project): Promise<string | undefined> {
  const seen = store.seenOf(project.root);
  if (seen !== undefined && Date.now() - seen.savedAt < project.minIntervalSeconds * 1000) return undefined;
  const { mark } = await activityOf(project, config.activity);
  return mark === seen?.mark ? undefined : mark;
}

function requestOf(call: HookCall): Omit<SaveRequest, 'root'> {
  const { event, agent, eventName, sessionId, transcriptPath, prompt, task } = call;
  const summary = summaryOf(call);
  return {
    trigger: event,
    agent: agent === undefined ? null : { name: agent, event: eventName ?? null },
    session: sessionId === undefined ? null : { id: sessionId, transcriptPath: transcriptPath ?? null },
    ...(prompt !== undefined && { prompt }),
    ...(task !== undefined && { task: { id: task.id ?? null, subject: task.subject } }),
    ...(summary !== undefined && { summary }),
  };
}

function summaryOf({ lastMessage, compactSummary }: HookCall): SaveRequest['summary'] {
  if (lastMessage !== undefined) return { text: lastMessage, source: 'last_assistant_message' };
  return compactSummary === undefined ? undefined : { text: compactSummary, source: 'compact_summary' };
}
