// A home in which agents have their settings, for tests of what holdfast changes there.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';

import type { Agent } from '#lib/tools/hooks/events.js';

import { commandRun, type CommandRun } from './command.js';
import { PROJECT_ROOT } from './project.js';
import type { Scene } from './scene.js';

const FILES: Readonly<Record<Agent, string>> = {
  claude: '.claude/settings.json',
  codex: '.codex/hooks.json',
  gemini: '.gemini/settings.json',
  cursor: '.cursor/hooks.json',
};

export class AgentHome {
  /** Of the agents. */
  readonly home: string;
  /** Of holdfast. */
  readonly own: string;
  readonly project: string;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.home = scene.path("a user's home");
    this.own = scene.path('own');
    this.project = scene.path('project');
    mkdirSync(this.home);
    mkdirSync(join(this.project, '.git'), { recursive: true });
  }

  get shim(): string {
    return join(this.own, 'state', 'bin', 'hook.cjs');
  }

  fileOf(agent: Agent): string {
    return join(this.home, FILES[agent]);
  }

  write(agent: Agent, text: string): void {
    mkdirSync(dirname(this.fileOf(agent)), { recursive: true });
    writeFileSync(this.fileOf(agent), text);
  }

  /** Undefined when there is no such file. */
  read(agent: Agent): string | undefined {
    return existsSync(this.fileOf(agent)) ? readFileSync(this.fileOf(agent), 'utf8') : undefined;
  }

  /** The copies beside the settings, oldest first. */
  backups(agent: Agent): readonly string[] {
    const folder = dirname(this.fileOf(agent));
    if (!existsSync(folder)) return [];
    return readdirSync(folder).filter((name) => name.includes('.holdfast-backup-')).sort().map((name) => join(folder, name));
  }

  /** Runs `holdfast` as this user. */
  async holdfast(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    return this.run([execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...args], undefined, more);
  }

  async run(argv: readonly string[], input?: string, more: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    const env = { ...this.#environment(), ...more };
    const started = this.#scene.start(argv, { env, cwd: this.project, stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = started.child;
    const streams = [stdout, stderr].map(async (stream) => new Promise((resolve) => stream?.once('close', resolve)));
    stdin?.on('error', () => undefined); // it need not read it
    stdin?.end(input);
    const { code } = await started.ended();
    await Promise.all(streams);
    return commandRun(started, code);
  }

  /** Nothing of the agent in which the tests may be running. */
  #environment(): NodeJS.ProcessEnv {
    const foreign = /^(CLAUDE|GEMINI|CODEX|CURSOR|HOLDFAST)/;
    const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    return { ...Object.fromEntries(kept), HOME: this.home, HOLDFAST_HOME: this.own };
  }
}
