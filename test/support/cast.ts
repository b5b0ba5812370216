// The processes of one escape attempt, and the proof that all are gone or that one lives. Nothing
// here asks the library: the proof is an inherited socket at its end, identities, and heartbeats.

import type { Duplex } from 'node:stream';

import { eventually, within } from './eventually.js';
import { fixture } from './fixtures.js';
import { Heartbeat } from './heartbeat.js';
import type { ProcessIdentity } from './proc.js';

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
  'forked-by-thread': 2,
  'own-subreaper': 2,
  disguised: 1,
  'other-user': 1,
  'other-cgroup': 1,
  'parent-of-parent': 1,
  'no-exit-signal': 1,
  vfork: 1,
  'nested-namespace': 1,
  deep: 1,
  hydra: 1,
  'respawning-pair': 2,
  storm: 1,
  nothing: 0,
} as const;

export type Technique = keyof typeof TECHNIQUES;

export interface Escape {
  readonly technique: Technique;
  /** @default 1 */
  readonly count?: number;
  /** Whether the root stays until it is ended or exits with code 7. @default 'stay' */
  readonly root?: 'stay' | 'exit';
  readonly detail?: string;
}

export class Cast {
  readonly argv: readonly string[];
  readonly #heartbeat: Heartbeat;
  readonly #expected: number;
  #lifelineEnd: Promise<unknown> | undefined;

  constructor(escape: Escape, heartbeatPath: string) {
    const count = escape.count ?? 1;
    this.#heartbeat = new Heartbeat(heartbeatPath);
    this.#expected = 1 + count * TECHNIQUES[escape.technique];
    const plan = [escape.technique, String(count), escape.root ?? 'stay', escape.detail ?? ''];
    this.argv = [fixture('escapee'), heartbeatPath, ...plan];
  }

  /** The near end of a socket whose far end every member inherits. */
  holdLifeline(lifeline: Duplex): void {
    this.#lifelineEnd = new Promise((resolve) => {
      lifeline.once('close', resolve).on('error', () => undefined).resume();
    });
  }

  /** Every process of the attempt has come up. */
  async ready(): Promise<void> {
    await eventually(
      `${this.#expected} processes of ${this.argv.join(' ')} are up`,
      () => this.#heartbeat.participants() >= this.#expected,
    );
  }

  living(): ProcessIdentity[] {
    return this.#heartbeat.living();
  }

  /** Lets every one end by itself that still runs. */
  declareOver(): void {
    this.#heartbeat.declareOver();
  }

  /** At least one of them goes on beating. */
  async provenAlive(): Promise<void> {
    await this.#beatsOn(3);
  }

  /** None is left. The witness is alive, so a heartbeat that stands still beside it is over. */
  async provenDead(witness: Cast): Promise<void> {
    if (this.#lifelineEnd === undefined) throw new Error('nobody holds the lifeline of this attempt');
    await within('nobody holds the inherited socket any more', this.#lifelineEnd);
    await eventually('no process of the attempt lives', () => this.living().length === 0);
    const beats = this.#heartbeat.beats();
    await witness.#beatsOn(3 * witness.#expected);
    if (this.#heartbeat.beats() !== beats) throw new Error('a heartbeat goes on although nobody seems to live');
  }

  async #beatsOn(more: number): Promise<void> {
    const before = this.#heartbeat.beats();
    await eventually('the heartbeat goes on', () => this.#heartbeat.beats() >= before + more);
  }
}
