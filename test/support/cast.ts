// The processes of one escape attempt, and the proof that all are gone or that one lives. Nothing
// here asks the library: the proof is an inherited socket at its end, identities, and heartbeats.

import { chmodSync } from 'node:fs';
import type { Duplex } from 'node:stream';

import { eventually, within } from './eventually.js';
import { fixture, type FixtureName } from './fixtures.js';
import { Heartbeat } from './heartbeat.js';
import { isAlive, namespacePids, type ProcessIdentity } from './proc.js';

const GROWTH_MS = 180_000; // hundreds of processes leave little to each other, and to us

/** Each technique of test/fixtures/escapee.c, with the number of processes one use of it adds. */
export const TECHNIQUES = {
  plain: 1,
  setsid: 1,
  'own-group': 1,
  'double-fork': 1,
  daemon: 1,
  'ignore-signals': 1,
  'ignore-sigterm': 1,
  'cleared-environment': 1,
  stopped: 1,
  'main-thread-exited': 1,
  'thread-relay': 1,
  'forked-by-thread': 2,
  'own-subreaper': 2,
  disguised: 1,
  'other-user': 1,
  'wiped-environment': 1,
  'unmarked-daemon': 1,
  'other-cgroup': 1,
  'unmarked-in-other-cgroup': 1,
  'own-cgroup': 1,
  'threaded-cgroup': 1,
  'frozen-cgroup': 1,
  'guard-killer': 1,
  'guard-stopper': 1,
  'guard-holder': 1,
  'descriptor-thief': 1,
  'guard-scribbler': 1,
  'guard-signaller': 1,
  'guard-flooder': 1,
  'guard-impostor': 1,
  'guard-limiter': 1,
  'guard-caller': 1,
  traced: 2,
  broker: 2,
  'gained-privilege': 1,
  nohup: 1,
  'background-read': 2,
  'reused-pid': 2,
  'parent-of-parent': 1,
  'no-exit-signal': 1,
  vfork: 1,
  'nested-namespace': 1,
  deep: 1,
  hidden: 1,
  hydra: 1,
  'respawning-pair': 2,
  storm: 1,
  'busy-storm': 1,
  'scattered-storm': 1,
  'continuing-storm': 1,
  nothing: 0,
  // Of Windows alone: test/windows/fixtures/escapee.c.
  detached: 1,
  'own-console': 1,
  'start-b': 1,
  'parent-exits': 1,
  breakaway: 1,
  'ignore-break': 1,
  'no-job-handle': 1,
  window: 1,
  'own-job': 1,
  'silent-breakaway': 1,
  family: 7,
  'own-child-by-name': 1,
  'foreign-parent': 1,
  'job-thief': 1,
} as const;

export type Technique = keyof typeof TECHNIQUES;

export interface Escape {
  readonly technique: Technique;
  /** @default 1 */
  readonly count?: number;
  /** Whether the root stays until it is ended or exits with code 7, at once or when it is told. @default 'stay' */
  readonly root?: 'stay' | 'exit' | 'told';
  readonly detail?: string;
  /** How many roots make the same attempt. @default 1 */
  readonly roots?: number;
}

interface Part {
  readonly words: readonly string[];
  readonly expected: number;
}

export class Cast {
  readonly argv: readonly string[];
  readonly path: string;
  readonly #heartbeat: Heartbeat;
  readonly #expected: number;
  readonly #lifelines: Duplex[] = [];
  #lifelineEnd: Promise<unknown> | undefined;

  /** A program of test/fixtures that writes the heartbeat, its words, and how many processes are expected. */
  constructor(program: FixtureName, heartbeatPath: string, { words, expected }: Part) {
    this.path = heartbeatPath;
    this.#heartbeat = new Heartbeat(heartbeatPath);
    this.#expected = expected;
    this.argv = [fixture(program), heartbeatPath, ...words];
  }

  static of(escape: Escape, heartbeatPath: string): Cast {
    const count = escape.count ?? 1;
    const expected = (escape.roots ?? 1) * (1 + count * TECHNIQUES[escape.technique]);
    const words = [escape.technique, String(count), escape.root ?? 'stay', escape.detail ?? ''];
    return new Cast('escapee', heartbeatPath, { words, expected });
  }

  /** For members that are another user's. */
  openToAll(): void {
    chmodSync(this.path, 0o666);
  }

  /** The near end of a socket whose far end every member inherits. */
  holdLifeline(lifeline: Duplex): void {
    const end = new Promise((resolve) => {
      lifeline.once('close', resolve).on('error', () => undefined).resume();
    });
    this.#lifelineEnd = Promise.all([this.#lifelineEnd, end]);
    this.#lifelines.push(lifeline);
  }

  /** Nobody asks for the end of the lifeline any more. */
  letGo(): void {
    for (const lifeline of this.#lifelines) lifeline.destroy();
  }

  /** Every process of the attempt has come up. */
  async ready(): Promise<void> {
    await eventually(
      `${this.#expected} processes of ${this.argv.join(' ')} are up`,
      () => this.#heartbeat.participants() >= this.#expected,
    );
  }

  /** How many processes have come up so far. */
  participants(): number {
    return this.#heartbeat.participants();
  }

  /** A storm has so many processes. */
  async grown(to: number): Promise<void> {
    // Not participants(): what takes long among hundreds that spin has to be little.
    const many = (): boolean => this.#heartbeat.claimed() >= to;
    await eventually(`${this.argv.join(' ')} has grown to ${to} processes`, many, GROWTH_MS);
  }

  living(): ProcessIdentity[] {
    return this.#heartbeat.living();
  }

  /** Lets every one end by itself that still runs. */
  declareOver(): void {
    this.#heartbeat.declareOver();
  }

  /** Lets the members act that wait for it. */
  async act(): Promise<void> {
    this.#heartbeat.tellToAct();
    await eventually('a member has acted', () => this.#heartbeat.hasActed());
  }

  /** Lets the root exit that was to wait for it. */
  letRootExit(): void {
    this.#heartbeat.tellToLeave();
  }

  /** Lets the first member exit, and tells its pids: in our own namespace, and in those below. */
  async letMemberExit(): Promise<readonly number[]> {
    const [, leaver] = this.#heartbeat.pidsWritten();
    const wanted = this.living().find(({ pid }) => namespacePids(pid).at(-1) === leaver);
    if (wanted === undefined) throw new Error('the member that is to exit does not live');
    const pids = namespacePids(wanted.pid);
    this.#heartbeat.tellToAct();
    await eventually('the member has exited', () => !isAlive(wanted));
    return pids;
  }

  /** At least one of them goes on beating. */
  async provenAlive(): Promise<void> {
    await this.#beatsOn(3);
  }

  /** None is left. The witness is alive, so a heartbeat that stands still beside it is over. */
  async provenDead(witness: Cast, patienceMs?: number): Promise<void> {
    if (this.#lifelineEnd === undefined) throw new Error('nobody holds the lifeline of this attempt');
    await within('nobody holds the inherited socket any more', this.#lifelineEnd, patienceMs);
    await this.diesBeside(witness, patienceMs);
  }

  /** The same where nobody can hold the lifeline. */
  async diesBeside(witness: Cast, patienceMs?: number): Promise<void> {
    await eventually('no process of the attempt lives', () => this.living().length === 0, patienceMs);
    const beats = this.#heartbeat.beats();
    await witness.#beatsOn(3 * witness.#expected);
    if (this.#heartbeat.beats() !== beats) throw new Error('a heartbeat goes on although nobody seems to live');
  }

  async #beatsOn(more: number): Promise<void> {
    const before = this.#heartbeat.beats();
    await eventually('the heartbeat goes on', () => this.#heartbeat.beats() >= before + more);
  }
}
