// Calls every hook that is installed as its agent would, with what the agent documents that it tells, and looks at what
// comes back; and reads whether the agent's settings let it call them at all. Nothing is saved: the hooks get a home of
// their own for it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runChild, type ToolChildResult } from '../../child.js';
import { loadConfig } from '../../config/config.js';
import { withoutSettings } from '../../config/environment.js';
import type { Directories } from '../../directories.js';
import { ToolFailure } from '../../failure.js';
import { EVENT_NAMES, HOOK_EVENTS, type Agent, type HookEvent } from '../events.js';
import { ourHandlers, type Found } from './edit.js';
import type { Finding } from './finding.js';
import { readForeign } from './foreign-file.js';
import { HANDLER_TIMEOUT_MS } from './handlers.js';
import { hookStatus } from './hooks-in-settings.js';
import { obstacles } from './obstacles.js';
import type { HookPlace } from './places.js';
import { samplePayload } from './samples.js';
import { hookProgram } from './shim.js';

/** `project` is the directory whose settings count beside those of the user. */
export async function examineHooks(
  places: Directories,
  wanted: readonly HookPlace[],
  project: string,
): Promise<readonly Finding[]> {
  const findings = [...aboutConfiguration(places), ...aboutNode(hookProgram(places).node)];
  for (const place of wanted) findings.push(...(await examine(places, place, project)));
  return findings;
}

function aboutConfiguration({ config }: Directories): Finding[] {
  try {
    const { path } = loadConfig(config);
    return [{ level: 'OK', what: `the configuration ${path}` }];
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return [{ level: 'ERROR', what: error.message }];
  }
}

/** Where version managers keep a Node that is gone after its update. */
const VERSIONED = /[\\/](?:\.?nvm|\.?fnm|fnm_multishells|\.?volta|\.asdf|mise|\.nodenv|_npx)[\\/]/i;

function aboutNode(node: string): Finding[] {
  if (!VERSIONED.test(node)) return [{ level: 'OK', what: `Node ${node}` }];
  const what = `${node} belongs to a version manager, and is gone when that removes this version; then run holdfast hooks install again`;
  return [{ level: 'WARNING', what }];
}

async function examine(places: Directories, place: HookPlace, project: string): Promise<Finding[]> {
  const { agent, file } = place;
  const { state, differences } = hookStatus(places, place);
  if (state === 'missing') return [{ level: 'ERROR', agent, what: `no hooks of holdfast in ${file}` }];
  const drift = differences.map((what) => ({ level: 'ERROR', agent, what: `${file}: ${what}` }) as const);
  const results: Finding[] = [...drift, ...obstacles(agent, project)];
  const handlers = ourHandlers(place, readForeign(file)?.text ?? '{}', hookProgram(places));
  for (const found of handlers) results.push(await call(agent, found));
  return results;
}

type Handler = Found['handler'];

async function call(agent: Agent, { name, handler }: Found): Promise<Finding> {
  const event = HOOK_EVENTS.find((one) => EVENT_NAMES[agent][one] === name);
  const home = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  const began = performance.now();
  try {
    const problem = event === undefined ? 'the agent has no such event' : problemIn(agent, await runHandler(agent, event, handler, home));
    const durationMs = Math.round(performance.now() - began);
    return problem === undefined ? { level: 'OK', agent, what: name, durationMs } : { level: 'ERROR', agent, what: `${name}: ${problem}`, durationMs };
  } catch (error) {
    return { level: 'ERROR', agent, what: `${name}: ${(error as Error).message}` };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function runHandler(agent: Agent, event: HookEvent, handler: Handler, home: string): Promise<ToolChildResult> {
  const [file = '', ...args] = argvOf(agent, handler);
  const env = { ...withoutSettings(process.env), HOLDFAST_HOME: join(home, 'home'), HOLDFAST_DISABLE: undefined };
  const input = JSON.stringify(samplePayload(agent, event, home));
  return runChild({ file, args, input, cwd: home, env, timeoutMs: HANDLER_TIMEOUT_MS });
}

/** As the agents start it: by itself where it has `args`, else by a shell. */
function argvOf(agent: Agent, { command, args }: Handler): readonly string[] {
  const text = String(command);
  if (Array.isArray(args)) return [text, ...args.map(String)];
  if (process.platform !== 'win32') return ['/bin/sh', '-c', text];
  return agent === 'gemini' ? ['powershell.exe', '-NoProfile', '-Command', text] : ['cmd.exe', '/d', '/c', text];
}

function problemIn(agent: Agent, { code, signal, stdout, stderr, timedOut }: ToolChildResult): string | undefined {
  if (timedOut) return `no answer within ${HANDLER_TIMEOUT_MS} ms`;
  if (code !== 0) return `expected exit code 0, got ${code ?? signal ?? '?'}: ${stderr.toString().trim().slice(0, 200)}`;
  const answer = answerIn(stdout.toString());
  if (answer === undefined) return `expected one JSON object, got ${JSON.stringify(stdout.toString().slice(0, 80))}`;
  if (agent === 'cursor' && answer['continue'] !== true) return 'expected {"continue":true}';
  const blocks = answer['continue'] === false || 'decision' in answer;
  return blocks ? `expected an answer that blocks nothing, got ${JSON.stringify(answer).slice(0, 80)}` : undefined;
}

function answerIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? (answer as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the caller says what came
  }
}
