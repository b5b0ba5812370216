// A store that takes `PUT` by id. Which store it is matters only where FLAVORS says so.

import { Agent as HttpAgent, type Agent } from 'node:http';
import type * as Https from 'node:https';

import type { SyncConfig } from '../config/config.js';
import { exchange, type HttpReply } from './exchange.js';
import { meaningOf, type Flavor, type Meaning } from './flavors.js';
import { replyInWords, retryAfterMs } from './replies.js';
import { isSameContext, parsedOrUndefined } from './same-context.js';
import { msLeft, type Attempt, type Offer, type Outcome, type Target, type Unsigned } from './target.js';

export interface HttpPlace {
  readonly name: string;
  readonly flavor: Flavor;
  urlOf(id: string): URL;
  /** The headers of a request with those that prove who asks. */
  authorized(request: Unsigned): Readonly<Record<string, string>>;
  /** What must not be repeated should the remote do so. */
  readonly secrets: readonly string[];
}

interface Question {
  readonly method: 'PUT' | 'GET' | 'MKCOL';
  readonly url: URL;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly mostBytes?: number;
}

/** It may have it. */
interface Doubt {
  readonly kind: 'prove';
}

/** There may be no collection that could take it. */
interface Homeless {
  readonly otherwise: Outcome;
}

const ACKNOWLEDGED: Outcome = { kind: 'acknowledged' };
const MOST_BYTES = 64 * 1024;
const OK = 200;
const NOT_FOUND = 404;
const SERVER_ERROR = 500;

export class HttpTarget implements Target {
  readonly name: string;
  readonly lanes: number;
  readonly batch = 1;
  readonly #place: HttpPlace;
  readonly #settings: SyncConfig;
  #agent: Agent | undefined;
  #collection: Promise<Outcome> | undefined;

  constructor(place: HttpPlace, settings: SyncConfig) {
    this.name = place.name;
    this.lanes = settings.concurrency;
    this.#place = place;
    this.#settings = settings;
  }

  async deliver(offers: readonly Offer[], attempt: Attempt): Promise<readonly Outcome[]> {
    return Promise.all(offers.map(async (offer) => this.#deliverOne(offer, attempt)));
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  async #deliverOne(offer: Offer, attempt: Attempt): Promise<Outcome> {
    let outcome = await this.#put(offer, attempt);
    if ('otherwise' in outcome) {
      this.#collection ??= this.#makeCollection(offer, attempt); // once, whoever needs it first
      const made = await this.#collection;
      outcome = made.kind === 'acknowledged' ? await this.#put(offer, attempt) : made;
      if ('otherwise' in outcome) outcome = outcome.otherwise;
    }
    const isDoubted = outcome.kind === 'prove' || (outcome.kind === 'acknowledged' && this.#settings.verify);
    return isDoubted ? this.#prove(offer, attempt) : (outcome as Outcome);
  }

  async #put({ id, text }: Offer, attempt: Attempt): Promise<Outcome | Doubt | Homeless> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...(this.#settings.conditional && { 'if-none-match': '*' }),
    };
    const question = { method: 'PUT', url: this.#place.urlOf(id), headers, body: text } as const;
    return this.#ask<Outcome | Doubt | Homeless>(question, attempt, (reply) => {
      const meaning = meaningOf(reply.status, this.#place.flavor);
      if (meaning === 'taken') return reply.isCut ? { kind: 'prove' } : ACKNOWLEDGED;
      if (meaning === 'prove') return { kind: 'prove' };
      if (meaning !== 'make collection') return this.#refusal(meaning, question, reply);
      return { otherwise: this.#refusal(reply.status < SERVER_ERROR ? 'misconfigured' : 'later', question, reply) };
    });
  }

  /** Reads the item back. */
  async #prove({ id, text }: Offer, attempt: Attempt): Promise<Outcome> {
    const { readBack: [from, to] = ['', ''], within } = this.#place.flavor;
    const url = new URL(this.#place.urlOf(id));
    url.pathname = url.pathname.replace(from, to);
    const question = { method: 'GET', url, mostBytes: MOST_BYTES + 4 * Buffer.byteLength(text) } as const;
    return this.#ask(question, attempt, (reply) => {
      if (reply.status === NOT_FOUND) return { kind: 'postponed', reason: `${id}: taken by the remote, and not there yet` };
      if (reply.status === OK) {
        const found = parsedOrUndefined(reply.body) as Record<string, unknown> | undefined;
        const isSame = !reply.isCut && isSameContext(within === undefined ? found : found?.[within], id);
        return isSame ? ACKNOWLEDGED : { kind: 'refused', reason: 'the remote holds something else by this id' };
      }
      const meaning = meaningOf(reply.status, this.#place.flavor);
      return this.#refusal(meaning === 'refused' ? 'later' : meaning, question, reply);
    });
  }

  async #makeCollection({ id }: Offer, attempt: Attempt): Promise<Outcome> {
    const question = { method: 'MKCOL', url: new URL('.', this.#place.urlOf(id)) } as const;
    return this.#ask(question, attempt, (reply) => {
      const isThere = [201, 405].includes(reply.status); // 405: somebody else has made it (RFC 4918, 9.3.1)
      if (isThere) return ACKNOWLEDGED;
      const meaning = meaningOf(reply.status, this.#place.flavor);
      return this.#refusal(meaning === 'unreachable' || meaning === 'pause' ? meaning : 'misconfigured', question, reply);
    });
  }

  async #ask<T>(question: Question, attempt: Attempt, judged: (reply: HttpReply) => T): Promise<T | Outcome> {
    const { method, url, body, headers = {}, mostBytes = MOST_BYTES } = question;
    const timeoutMs = Math.min(this.#settings.requestTimeoutMs, msLeft(attempt));
    const asked = this.#place.authorized({ method, url, headers, ...(body !== undefined && { body }) });
    const length = { 'content-length': Buffer.byteLength(body ?? '') };
    let reply: HttpReply;
    try {
      const agent = (this.#agent ??= this.#newAgent(url));
      const sent = { method, url, headers: { ...asked, ...(method !== 'GET' && length) }, agent, timeoutMs, mostBytes };
      reply = await exchange({ ...sent, signal: attempt.signal, ...(body !== undefined && { body }) });
    } catch (error) {
      const { message, code = '' } = error as NodeJS.ErrnoException;
      return { kind: 'unreachable', reason: `${method}: ${message === '' ? code : message}` };
    }
    return judged(reply);
  }

  #newAgent({ protocol }: URL): Agent {
    const options = { keepAlive: true, maxSockets: this.lanes };
    if (protocol !== 'https:') return new HttpAgent(options);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only for TLS
    return new (require('node:https') as typeof Https).Agent(options);
  }

  #refusal(meaning: Meaning, { method }: Question, reply: HttpReply): Outcome {
    const reason = `${method}: ${replyInWords(reply, this.#place.secrets)}`;
    const wanted = retryAfterMs(reply.headers['retry-after']);
    switch (meaning) {
      case 'refused':
        return { kind: 'refused', reason };
      case 'misconfigured':
        return { kind: 'misconfigured', reason };
      case 'pause':
        return { kind: 'paused', reason, retryAfterMs: wanted ?? 0 };
      case 'unreachable':
        return wanted === undefined ? { kind: 'unreachable', reason } : { kind: 'paused', reason, retryAfterMs: wanted };
      default:
        return wanted === undefined ? { kind: 'postponed', reason } : { kind: 'paused', reason, retryAfterMs: wanted };
    }
  }
}
