// saveContext(): what is known of a session and its project becomes a record in the store: bounded, with secrets taken
// out, and new only when something has changed.

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { basename } from 'node:path';

import { cutToBytes, cutToChars } from './bounded-text.js';
import type { Config } from '../config/config.js';
import { CONTEXT_SCHEMA, identified, type ContextFacts, type ContextRecord, type GitState, type Trigger } from './context-record.js';
import { gitState, type GitFindings } from '../git/git-state.js';
import { openProject, type Project } from '../project.js';
import { redact } from './redact.js';
import { transcriptTail, type Tail } from './transcript.js';
import { toolVersion } from '../version.js';
import type { Workplace } from '../workplace.js';

const STORE_WAIT_MS = 5000;
const LONGEST_SUBJECT = 500;
const LONGEST_PATH = 1024;
const LONGEST_COMMIT = 200;

export interface SaveRequest {
  /** The directory of the project. */
  readonly root: string;
  /** As openProject() has found it there, where that was asked already. */
  readonly project?: Project;
  readonly trigger: Trigger;
  readonly agent?: ContextFacts['agent'];
  readonly session?: ContextFacts['session'];
  readonly task?: ContextFacts['task'];
  readonly summary?: { readonly text: string; readonly source: Exclude<ContextFacts['summary']['source'], 'none'> };
  /** As the user wrote it; how much of it is kept is the configuration's to say. */
  readonly prompt?: string;
  /**
   * `fresh`: git is asked, by two children one after the other. `as-saved`: what the last save has found, without any.
   * `fresh-or-saved`: git is asked, and what the last save has found stays where git does not tell in time.
   * @default 'fresh'
   */
  readonly git?: 'fresh' | 'as-saved' | 'fresh-or-saved';
  /**
   * Milliseconds for each child of git.
   * @default save.childTimeoutMs of the configuration
   */
  readonly childTimeoutMs?: number;
  /**
   * Milliseconds to wait for other saves. Who does not make way in that time is stopped or hangs, and the context is
   * saved beside it: better there twice than lost.
   * @default 5000
   */
  readonly storeWaitMs?: number;
  /** Ends it, and its children, before its time. */
  readonly signal?: AbortSignal;
  /**
   * POSIX: its children go on when the tree around this process is asked to end.
   * @default false
   */
  readonly ignoresTerminate?: boolean;
}

export interface SaveResult {
  /** `unchanged`: the last save of the project says the same. */
  readonly outcome: 'saved' | 'unchanged';
  readonly record: ContextRecord;
  /** Processes of git that were started. */
  readonly children: number;
  /** Whether git was asked, and told all of it. */
  readonly gitAnswered: boolean;
  readonly warnings: readonly string[];
  readonly durationMs: number;
}

/** Once this resolves the context is on the disk. Rejects with ToolFailure when it cannot be. */
export async function saveContext(workplace: Workplace, request: SaveRequest): Promise<SaveResult> {
  const started = performance.now();
  const { store, config } = workplace;
  const project = request.project ?? (await openProject(request.root, config));
  const git = request.git === 'as-saved' ? NOT_ASKED : await askGit(workplace, project, request);
  const session = request.session === undefined ? store.latestOf(project.root)?.session : request.session;
  const tail = await transcriptTail(config.save, session?.transcriptPath ?? null);
  const saved = await write(workplace, { project, request, config, git, tail });
  return {
    outcome: saved.outcome,
    record: saved.record,
    children: git.children,
    gitAnswered: request.git !== 'as-saved' && git.warnings.length === 0,
    warnings: [...project.warnings, ...git.warnings, ...tail.warnings, ...saved.warnings],
    durationMs: Math.round(performance.now() - started),
  };
}

const NOT_ASKED: GitFindings = { state: null, repo: null, children: 0, warnings: [] };

async function askGit(workplace: Workplace, paths: Project, request: SaveRequest): Promise<GitFindings> {
  const { store, config: { save } } = workplace;
  const { recentCommits, maxFiles } = save;
  const standIns = store.standInsOf(paths.root);
  const { childTimeoutMs: timeoutMs = save.childTimeoutMs, signal, ignoresTerminate } = request;
  return gitState(paths.root, { standIns, timeoutMs, recentCommits, maxFiles, paths, signal, ignoresTerminate });
}

/** Alone: two at once would both find that there is no such record yet, and each drop what the other says anew. */
async function write(
  { store }: Workplace,
  sources: Omit<Sources, 'last'>,
): Promise<Pick<SaveResult, 'outcome' | 'record' | 'warnings'>> {
  const { storeWaitMs = STORE_WAIT_MS, signal } = sources.request;
  const lock = await store.hold({ waitMs: storeWaitMs, ...(signal !== undefined && { signal }) });
  const beside = `the store was held for more than ${storeWaitMs} ms: saved beside whoever holds it`;
  const warnings = lock === undefined ? [beside] : [];
  try {
    const last = store.latestOf(sources.project.root);
    const record = identified(factsOf({ ...sources, last, git: orAsSaved(sources, last) }));
    if (last?.id === record.id) return { outcome: 'unchanged', record: last, warnings };
    store.enqueue(record);
    return { outcome: 'saved', record, warnings };
  } finally {
    lock?.release();
  }
}

type Last = ContextRecord | undefined;

/** What git has told, or else what the last save has found, where the request wants that; the commits alone too. */
function orAsSaved({ git, request }: Omit<Sources, 'last'>, last: Last): GitFindings {
  const isSilent = request.git === 'fresh-or-saved' && git.warnings.length > 0;
  if (request.git !== 'as-saved' && !isSilent) return git;
  const saved = last?.git ?? null;
  if (git.state === null) return { ...git, state: saved, repo: git.repo ?? last?.project.repo ?? null };
  return saved?.head === git.state.head ? { ...git, state: { ...git.state, commits: saved.commits } } : git;
}

interface Sources {
  readonly project: Project;
  readonly request: SaveRequest;
  readonly config: Config;
  readonly git: GitFindings;
  readonly last: Last;
  readonly tail: Tail;
}

function factsOf({ project, request, config, git, last, tail }: Sources): ContextFacts {
  const clean = new Cleaner(config.save.redact);
  const session = sessionOf(request, last);
  const before = isOfAnotherSession(request, last) ? undefined : last;
  const facts = {
    schema: CONTEXT_SCHEMA,
    createdAt: new Date().toISOString(),
    trigger: request.trigger,
    agent: request.agent ?? before?.agent ?? null,
    session,
    project: { name: basename(project.root), root: project.root, repo: git.repo },
    host: hostname(),
    git: git.state === null || request.git === 'as-saved' ? git.state : cleanGit(git.state, clean),
    task: taskOf(request.task, clean) ?? before?.task ?? null,
    summary: summaryOf(request.summary, config, clean) ?? before?.summary ?? { text: '', source: 'none', truncated: false },
    prompt: promptOf(request.prompt, config, clean) ?? keptPrompt(before, config),
    transcriptTail: tail.text === null || tail.path !== session?.transcriptPath ? null : clean.text(tail.text),
    previous: last?.id ?? null,
    tool: { version: toolVersion() },
  } as const;
  return { ...facts, redactions: clean.count };
}

/** What no request says anew stays true as long as the session is the same, or unknown. */
function isOfAnotherSession({ session }: SaveRequest, last: Last): boolean {
  return session !== undefined && session?.id !== last?.session?.id;
}

function sessionOf({ session }: SaveRequest, last: Last): ContextFacts['session'] {
  return session === undefined ? (last?.session ?? null) : session;
}

/** Counts what it takes out. */
class Cleaner {
  count = 0;
  readonly #redacts: boolean;

  constructor(redacts: boolean) {
    this.#redacts = redacts;
  }

  text(text: string): string {
    if (!this.#redacts) return text;
    const { text: clean, count } = redact(text);
    this.count += count;
    return clean;
  }
}

function cleanGit(state: GitState, clean: Cleaner): GitState {
  const subjectOf = (text: string): string => cutToChars(clean.text(text), LONGEST_COMMIT);
  return {
    ...state,
    files: state.files.map(([letters, path]) => [letters, cutToChars(path, LONGEST_PATH)] as const),
    commits: state.commits.map(([id, date, subject]) => [id, date, subjectOf(subject)] as const),
  };
}

function taskOf(task: SaveRequest['task'], clean: Cleaner): ContextFacts['task'] | undefined {
  if (task === undefined || task === null) return undefined;
  return { id: task.id, subject: cutToChars(clean.text(task.subject), LONGEST_SUBJECT) };
}

type Summary = ContextFacts['summary'] | undefined;

function summaryOf(summary: SaveRequest['summary'], config: Config, clean: Cleaner): Summary {
  if (summary === undefined) return undefined;
  return { ...bounded(summary.text, config, clean), source: summary.source };
}

function promptOf(prompt: string | undefined, config: Config, clean: Cleaner): ContextFacts['prompt'] | undefined {
  if (prompt === undefined || config.save.prompt === 'none') return undefined;
  const sha256 = createHash('sha256').update(prompt).digest('hex');
  const text = config.save.prompt === 'text' ? bounded(prompt, config, clean).text : null;
  return { sha256, bytes: Buffer.byteLength(prompt), text };
}

/** No more of it than the configuration wants now. */
function keptPrompt(before: Last, { save }: Config): ContextFacts['prompt'] {
  const kept = before?.prompt ?? null;
  if (kept === null || save.prompt === 'none') return null;
  return save.prompt === 'text' ? kept : { ...kept, text: null };
}

/** Cleaned before it is cut, so that no half of a secret remains; and cut before that, so that it takes no time. */
function bounded(text: string, { save }: Config, clean: Cleaner): Omit<ContextFacts['summary'], 'source'> {
  const most = save.lastMessageBytes;
  const enough = cutToBytes(text, 4 * most + 4096);
  const cut = cutToBytes(clean.text(enough.text), most);
  return { text: cut.text, truncated: cut.truncated || enough.truncated };
}
