// What the sync asks of a remote, and what a remote may answer. Only a proven `acknowledged` lets an item leave.

import type { ContextRecord } from '../save/context-record.js';
import type { ProjectName } from '../save/project-key.js';

export interface Offer {
  readonly id: string;
  /** projectKeyOf() its project. */
  readonly project: string;
  /** Byte for byte as it was saved. */
  readonly text: string;
}

export interface Attempt {
  /** Until when there has to be an outcome, on the clock of performance.now(). */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Why a remote did not do what it was asked for. */
export type Trouble =
  /** This one later; others may go on. */
  | { readonly kind: 'postponed'; readonly reason: string }
  /** Nobody there. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** It wants to be left alone for a while. */
  | { readonly kind: 'paused'; readonly reason: string; readonly retryAfterMs: number }
  /** No item has a chance before somebody corrects something. */
  | { readonly kind: 'misconfigured'; readonly reason: string };

export type Outcome =
  /** The remote has it. */
  | { readonly kind: 'acknowledged' }
  /** It will never take this one. */
  | { readonly kind: 'refused'; readonly reason: string }
  | Trouble;

/** The newest context of a project that a remote holds, checked; undefined when it holds none. */
export type Found = { readonly kind: 'found'; readonly record: ContextRecord | undefined } | Trouble;

export interface Target {
  /** For people and files: without user, password and query. */
  readonly name: string;
  /** How many deliveries may run at once. */
  readonly lanes: number;
  /** How many items one delivery may hold. */
  readonly batch: number;
  /**
   * One outcome for each offer, in their order. Rejects with ToolFailure where the configuration is wrong, else only
   * for defects of its own.
   */
  deliver(offers: readonly Offer[], attempt: Attempt): Promise<readonly Outcome[]>;
  /** Rejects as deliver() does. */
  newest(project: ProjectName, attempt: Attempt): Promise<Found>;
  /** Idempotent. */
  close(): void;
}

/** A request to a remote over HTTP, before it says who asks. */
export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function msLeft({ deadline }: Attempt): number {
  return Math.max(0, deadline - performance.now());
}
