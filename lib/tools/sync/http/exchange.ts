// One HTTP request and its reply, by node:http: it has deadlines for the whole of it, keeps replies up to a limit and
// follows no redirect. The global fetch() takes three times as long to load (docs/sync.md#libraries).

import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';

import type { Connections } from './connections.js';

export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the reply. */
  readonly mostBytes?: number;
}

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  readonly connections: Connections;
  /** Milliseconds until the last byte of the reply. */
  readonly timeoutMs: number;
  /** Bytes of the reply's body. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the body was longer than wanted, and is not all here. */
  readonly isCut: boolean;
}

/** Rejects when there is no whole reply in time. */
export async function exchange(wanted: Exchange): Promise<HttpReply> {
  const { url, method, headers, connections: { agent, request }, body, timeoutMs, signal } = wanted;
  signal.throwIfAborted();
  const sent = request(url, { method, headers, agent });
  let tell: ((error: Error) => void) | undefined;
  const isEnded = new Promise<never>((_, reject) => (tell = reject));
  const giveUp = (reason: string): void => {
    const error = new Error(reason);
    tell?.(error); // a request that has no connection yet, because a proxy has not made it, tells nobody
    sent.destroy(error);
  };
  const forget = onAbort(signal, () => giveUp('stopped by the caller'));
  const timer = setTimeout(() => giveUp(`no whole reply within ${Math.round(timeoutMs)} ms`), timeoutMs);
  try {
    sent.end(body);
    return await Promise.race([replyTo(sent, wanted.mostBytes), isEnded]);
  } finally {
    clearTimeout(timer);
    forget();
  }
}

async function replyTo(sent: ClientRequest, mostBytes: number): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    sent.on('error', (error) => {
      failure ??= error;
      reject(error);
    });
    sent.once('response', (reply: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const finish = (isCut: boolean): void => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body, isCut });
      };
      reply.on('data', (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, mostBytes - bytes));
        bytes += chunk.length;
        if (bytes <= mostBytes) return;
        finish(true);
        reply.destroy();
      });
      reply.once('end', () => finish(false));
      reply.on('error', () => reject(failure ?? new Error('the reply was cut off')));
    });
  });
}

const LISTENING = new WeakMap<AbortSignal, Set<() => void>>();

/** One listener for all that wait for a signal: to add one for each request took a tenth of the time of a sync. */
function onAbort(signal: AbortSignal, stop: () => void): () => void {
  let waiting = LISTENING.get(signal);
  if (waiting === undefined) {
    const all = (waiting = new Set());
    LISTENING.set(signal, all);
    signal.addEventListener('abort', () => all.forEach((each) => each()), { once: true });
  }
  waiting.add(stop);
  return () => waiting.delete(stop);
}
