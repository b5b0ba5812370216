// What the sync asks of a remote, and what a remote may answer. Only a proven `acknowledged` lets an item leave.

export interface Offer {
  readonly id: string;
  /** Byte for byte as it was saved. */
  readonly text: string;
}

export interface Attempt {
  /** Until when there has to be an outcome, on the clock of performance.now(). */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

export type Outcome =
  /** The remote has it. */
  | { readonly kind: 'acknowledged' }
  /** It will never take this one. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** This one later; others may go on. */
  | { readonly kind: 'postponed'; readonly reason: string }
  /** Nobody there. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** It wants to be left alone for a while. */
  | { readonly kind: 'paused'; readonly reason: string; readonly retryAfterMs: number }
  /** No item has a chance before somebody corrects something. */
  | { readonly kind: 'misconfigured'; readonly reason: string };

export interface Target {
  /** For people and files: without user, password and query. */
  readonly name: string;
  /** How many deliveries may run at once. */
  readonly lanes: number;
  /** How many items one delivery may hold. */
  readonly batch: number;
  /** One outcome for each offer, in their order. Rejects only for defects of its own. */
  deliver(offers: readonly Offer[], attempt: Attempt): Promise<readonly Outcome[]>;
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
