// Runs `holdfast hook` as an agent does: with a pipe that it may never close.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { PROJECT_ROOT } from './project.js';
import type { Scene } from './scene.js';

import type { Agent, HookEvent } from '#lib/tools/hooks/events.js';
import type { ContextRecord } from '#lib/tools/save/context-record.js';

/** The most that may be set: a busy machine needs more than the default to save, and to send. */
const PATIENT = { budgetMs: 10_000, syncBudgetMs: 10_000 };
const PAYLOADS = join(PROJECT_ROOT, 'test', 'tools', 'hooks', 'payloads');

export interface HookRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
  /** Milliseconds from its start to its end. */
  readonly took: number;
}

export interface HookInput {
  /** Written one after the other, each when the one before has been taken. */
  readonly pieces: readonly (string | Buffer)[];
  /** Whether the pipe stays open after them. */
  readonly staysOpen?: boolean;
}

/** The place of one test: its own directories of the tools, and a project. */
export class HookScene {
  readonly home: string;
  readonly project: string;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.home = scene.path('home');
    this.project = scene.path('project');
    mkdirSync(this.project);
  }

  /** With all the time of the world for a hook, unless the configuration says otherwise. */
  configure({ hooks, ...others }: { readonly hooks?: object; readonly [section: string]: object | undefined }): void {
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    const config = { ...others, hooks: { ...PATIENT, ...hooks } };
    writeFileSync(join(this.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  }

  async run(args: readonly string[], input: HookInput, env: NodeJS.ProcessEnv = {}): Promise<HookRun> {
    return this.runCommand([execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'hook', ...args], input, env);
  }

  async runCommand(argv: readonly string[], input: HookInput, env: NodeJS.ProcessEnv = {}): Promise<HookRun> {
    const { pieces, staysOpen = false } = input;
    const began = performance.now();
    const environment = { ...this.#environment(), ...env };
    const started = this.#scene.start(argv, { stdio: ['pipe', 'pipe', 'pipe'], cwd: this.project, env: environment });
    const { stdin, stdout, stderr } = started.child;
    const streams = [stdout, stderr].map(async (stream) => new Promise((resolve) => stream?.once('close', resolve)));
    stdin?.on('error', () => undefined); // it need not read all of it
    for (const piece of pieces) await new Promise((resolve) => stdin?.write(piece, resolve));
    if (!staysOpen) stdin?.end();
    const { code, signal } = await started.ended();
    const took = performance.now() - began;
    stdin?.destroy();
    await Promise.all(streams);
    return { code, signal, output: started.output, errors: started.errors, took };
  }

  /** What waits to be sent, oldest first. */
  saved(): ContextRecord[] {
    const outbox = join(this.home, 'state', 'outbox');
    return listed(outbox).map((name) => JSON.parse(readFileSync(join(outbox, name), 'utf8')) as ContextRecord);
  }

  log(): string {
    return readFileSync(join(this.home, 'logs', 'holdfast.log'), 'utf8');
  }

  /** As an agent documents it, about the project of this scene. */
  payload(agent: Agent, event: HookEvent): string {
    return payloadText(agent, event).replace('"CWD"', JSON.stringify(this.project));
  }

  /** Nothing of the agent in which the tests may be running. */
  #environment(): NodeJS.ProcessEnv {
    const foreign = /^(CLAUDE|GEMINI|CODEX|CURSOR|HOLDFAST)/;
    const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    return { ...Object.fromEntries(kept), HOLDFAST_HOME: this.home };
  }
}

/** Every agent with every event of which there is a payload. */
export function documentedPayloads(): { agent: Agent; event: HookEvent }[] {
  return listed(PAYLOADS).map((name) => {
    const [agent, event] = name.split('.') as [Agent, HookEvent];
    return { agent, event };
  });
}

export function payloadText(agent: Agent, event: HookEvent): string {
  return readFileSync(join(PAYLOADS, `${agent}.${event}.json`), 'utf8');
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return []; // not made yet
  }
}

/** The object that a hook has printed. Throws when it printed anything else. */
export function answerOf({ output }: HookRun): Readonly<Record<string, unknown>> {
  if (!/^\{.*\}\n$/.test(output)) throw new Error(`expected one JSON object on one line, got '${output}'`);
  return JSON.parse(output) as Record<string, unknown>;
}
