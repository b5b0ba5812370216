// A hook of an agent: reads what the agent tells, does what the event asks for, prints one JSON object and ends with
// exit code 0, whatever happens, within its time. Exit code 2 would forbid the user's own prompt (docs/hooks.md).

import type * as Native from '../../native-api.js';
import type * as Workplace from '../workplace.js';
import { Answer } from './answer.js';
import { Complaints } from './complaints.js';
import { Deadline } from './deadline.js';
import { AGENTS, HOOK_EVENTS, isAgent, isHookEvent, type Agent, type HookEvent } from './events.js';
import type * as HookCalls from './hook-call.js';
import { PAYLOAD_WAIT_MS, readPayload } from './read-payload.js';
import type * as Respond from './respond.js';
import { StandardInput, type Input } from './standard-input.js';

/** The host of the hook waits for us at the end of a session, and for all other hooks too. */
const SESSION_END_MS = 800;
/** Kept for saving while the agent is slow to tell. */
const SAVE_MS = 150;

/** Ends the process. */
export async function runHook(args: readonly string[]): Promise<never> {
  const answer = new Answer();
  const input = new StandardInput();
  const leave = (): never => {
    answer.send();
    if (input.isReading) exitAtOnce();
    process.exit(0);
  };
  process.on('uncaughtException', leave);
  const deadline = new Deadline(() => {
    answer.send();
    exitAtOnce();
  });
  if (process.env['HOLDFAST_DISABLE'] !== '1') await work(args, input, answer, deadline);
  else answer.agent = commandLine(args).agent;
  return leave();
}

/** Something hangs, and exit(3) might wait for it; that is what is left where there is no addon. */
function exitAtOnce(): never {
  try {
    return (load('../../native-api.js') as typeof Native).exitAtOnce(0);
  } catch {
    process.exit(0);
  }
}

async function work(args: readonly string[], input: Input, answer: Answer, deadline: Deadline): Promise<void> {
  const complaints = new Complaints(answer);
  try {
    await serve(args, { input, answer, complaints, deadline });
  } catch (error) {
    complaints.tell(error);
  }
}

interface Means extends Pick<Respond.Turn, 'answer' | 'complaints' | 'deadline'> {
  readonly input: Input;
}

async function serve(args: readonly string[], means: Means): Promise<void> {
  const { answer, complaints, deadline } = means;
  const { event, agent, problems } = commandLine(args);
  for (const problem of problems) complaints.note(problem);
  answer.agent = agent;
  if (event === undefined) throw new Error(`expected an event (${HOOK_EVENTS.join(', ')}), got '${args[0] ?? ''}'`);
  if (event === 'session-end') deadline.set(SESSION_END_MS);
  const call = await callOf({ event, agent }, means);
  if (call === undefined || call.isOfSubagent) return;
  const { openWorkplace } = load('../workplace.js') as typeof Workplace;
  endInAnyCase(deadline);
  const workplace = openWorkplace();
  const { budgetMs } = workplace.config.hooks;
  deadline.set(event === 'session-end' ? Math.min(SESSION_END_MS, budgetMs) : budgetMs);
  endInAnyCase(deadline);
  await (load('./respond.js') as typeof Respond).respond({ call, workplace, ...means });
}

/** Also while a home that hangs keeps the main thread: then the agent is told nothing. */
function endInAnyCase(deadline: Deadline): void {
  try {
    (load('../../native-api.js') as typeof Native).exitAfter(deadline.msToEnd, 0);
  } catch {
    // no addon, or no thread: the save is worth more
  }
}

async function callOf(asked: HookCalls.Asked, means: Means): Promise<HookCalls.HookCall | undefined> {
  const { answer, complaints, deadline } = means;
  const read = await readPayload(means.input, Math.min(PAYLOAD_WAIT_MS, Math.max(deadline.msLeft - SAVE_MS, 0)));
  if ('problem' in read) {
    complaints.note(`standard input: ${read.problem}`);
    return undefined;
  }
  const call = await (load('./hook-call.js') as typeof HookCalls).hookCall(asked, read.payload);
  answer.agent = call.agent;
  answer.eventName = call.eventName;
  for (const problem of call.problems) complaints.note(problem);
  return call;
}

interface CommandLine {
  readonly event: HookEvent | undefined;
  readonly agent: Agent | undefined;
  readonly problems: readonly string[];
}

/** What is not known is left out: a hook that was installed by another version does what it can. */
function commandLine(args: readonly string[]): CommandLine {
  const [word, ...rest] = args;
  const problems: string[] = [];
  let agent: Agent | undefined;
  for (let at = 0; at < rest.length; at += 1) {
    const option = rest[at] ?? '';
    const isApart = option === '--agent';
    const name = isApart ? (rest[(at += 1)] ?? '') : /^--agent=(.*)$/s.exec(option)?.[1];
    if (isAgent(name)) agent = name;
    else if (name === undefined) problems.push(`there is no option '${option}'`);
    else if (name !== 'auto') problems.push(`--agent: expected auto or one of ${AGENTS.join(', ')}, got '${name}'`);
  }
  return { event: isHookEvent(word) ? word : undefined, agent, problems };
}

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: not every hook needs it
  return require(path);
}
