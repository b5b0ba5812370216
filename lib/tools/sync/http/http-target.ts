// A store that takes `PUT` by id. Which store it is matters only where FLAVORS says so.

import type { SyncConfig } from '../../config/config.js';
import type { ProjectName } from '../../save/project-key.js';
import { digest, isProvenBy } from './acknowledgement.js';
import { connectionsTo, type Connections } from './connections.js';
import { exchange, type HttpReply, type Question } from './exchange.js';
import { meaningOf, type Meaning } from './flavors.js';
import type { HttpPlace } from './http-place.js';
import { newestIn } from './queries.js';
import { replyInWords, retryAfterMs } from './replies.js';
import { isSameContext, parsedOrUndefined } from '../same-context.js';
import { msLeft, type Attempt, type Found, type Offer, type Outcome, type Target, type Trouble } from '../target.js';

/** It may have it. */
interface Doubt {
  readonly kind: 'prove';
  /** It says so. */
  readonly isClaimed: boolean;
}

/** There may be no collection that could take it. */
interface Homeless {
  readonly kind: 'homeless';
  readonly otherwise: Outcome;
}

/** It does not know what it may do only under a condition. */
interface Overasked {
  readonly kind: 'overasked';
}

type PutOutcome = Outcome | Doubt | Homeless;

const ACKNOWLEDGED: Outcome = { kind: 'acknowledged' };
const MOST_BYTES = 64 * 1024;
const OK = 200;
const NOT_FOUND = 404;
const CONFLICT = 409;
/** Made now, or by somebody else before (RFC 4918, 9.3.1). */
const IS_THERE: readonly number[] = [201, 405];
const SERVER_ERROR = 500;
/** Of a certificate (nodejs.org/api/tls.html#x509-certificate-error-codes). */
const UNTRUSTED = /CERT|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)|SELF_SIGNED|INVALID_CA|HOSTNAME_MISMATCH/;
/** It knows nobody, or not the one who asks. */
const WHO_ASKS: readonly number[] = [401, 403];

export class HttpTarget implements Target {
  readonly name: string;
  readonly lanes: number;
  readonly batch = 1;
  readonly #place: HttpPlace;
  readonly #settings: SyncConfig;
  #connections: Promise<Connections> | undefined;
  /** Whether an item was read back and was there. */
  #isStore = false;
  #isConditional: boolean;
  readonly #collections = new Map<string, Promise<Outcome>>();

  constructor(place: HttpPlace, settings: SyncConfig) {
    this.name = place.name;
    this.lanes = settings.concurrency;
    this.#place = place;
    this.#settings = settings;
    this.#isConditional = settings.conditional;
  }

  async deliver(offers: readonly Offer[], attempt: Attempt): Promise<readonly Outcome[]> {
    return Promise.all(offers.map(async (offer) => this.#deliverOne(offer, attempt)));
  }

  async newest(project: ProjectName, attempt: Attempt): Promise<Found> {
    const ask = async (question: Question): Promise<HttpReply | Trouble> =>
      this.#ask(question, attempt, (reply) => (reply.status < SERVER_ERROR ? reply : this.#troubleIn(question, reply)));
    return newestIn({ place: this.#place, project, ask, troubleIn: this.#troubleIn.bind(this) });
  }

  close(): void {
    void this.#connections?.then(({ close }) => close(), () => undefined);
    this.#connections = undefined;
  }

  async #deliverOne(offer: Offer, attempt: Attempt): Promise<Outcome> {
    let outcome = await this.#put(offer, attempt);
    if (outcome.kind === 'homeless') {
      const made = await this.#collectionAt(new URL('.', this.#place.urlOf(offer)), attempt);
      outcome = made.kind === 'acknowledged' ? await this.#put(offer, attempt) : made;
    }
    if (outcome.kind === 'homeless') outcome = outcome.otherwise;
    if (outcome.kind === 'prove') return this.#prove(offer, attempt, outcome.isClaimed);
    return outcome.kind === 'acknowledged' && this.#settings.verify ? this.#prove(offer, attempt, true) : outcome;
  }

  async #put(offer: Offer, attempt: Attempt): Promise<PutOutcome> {
    let outcome = await this.#putOnce(offer, attempt);
    while (outcome.kind === 'overasked') {
      this.#isConditional = false;
      outcome = await this.#putOnce(offer, attempt);
    }
    return outcome;
  }

  async #putOnce(offer: Offer, attempt: Attempt): Promise<PutOutcome | Overasked> {
    const { flavor } = this.#place;
    const isConditional = this.#isConditional;
    const { id, text } = offer;
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...(flavor.checksum && { 'x-amz-checksum-sha256': digest('sha256', text, 'base64') }),
      ...(isConditional && { 'if-none-match': '*' }),
    };
    const question = { method: 'PUT', url: this.#place.urlOf(offer), headers, body: text };
    return this.#ask<PutOutcome | Overasked>(question, attempt, (reply) => {
      const meaning = meaningOf(reply.status, flavor);
      const isBelieved = flavor.isTerse === true && this.#isStore && !reply.isCut;
      if (meaning === 'taken' && (isBelieved || isProvenBy(reply, offer))) return ACKNOWLEDGED;
      if (meaning === 'taken' || meaning === 'prove') return { kind: 'prove', isClaimed: meaning === 'taken' };
      if (meaning === 'refused') return { kind: 'refused', reason: this.#wordsFor(question, reply) };
      if (meaning === 'without condition' && isConditional) return { kind: 'overasked' };
      if (meaning !== 'make collection') return this.#trouble(meaning, question, reply);
      return { kind: 'homeless', otherwise: this.#trouble(reply.status < SERVER_ERROR ? 'misconfigured' : 'later', question, reply) };
    });
  }

  /** Reads the item back. `isClaimed`: the remote has said that it took it. */
  async #prove(offer: Offer, attempt: Attempt, isClaimed: boolean): Promise<Outcome> {
    const { id, text } = offer;
    const { readBack: [from, to] = ['', ''], within } = this.#place.flavor;
    const url = new URL(this.#place.urlOf(offer));
    url.pathname = url.pathname.replace(from, to);
    const question = { method: 'GET', url, mostBytes: MOST_BYTES + 4 * Buffer.byteLength(text) };
    return this.#ask<Outcome>(question, attempt, (reply) => {
      if (reply.status === NOT_FOUND) return { kind: 'postponed', reason: `${id}: taken by the remote, and not there yet` };
      if (reply.status !== OK) return this.#troubleIn(question, reply);
      const found = parsedOrUndefined(reply.body) as Record<string, unknown> | null | undefined;
      const isSame = !reply.isCut && isSameContext(within === undefined ? found : found?.[within], id);
      if (isSame) this.#isStore = true;
      if (isSame) return ACKNOWLEDGED;
      if (typeof found === 'object' || reply.isCut || !isClaimed) return { kind: 'refused', reason: 'the remote holds something else by this id' };
      return { kind: 'misconfigured', reason: `PUT: ${id}: taken, it is said, and what is there is no context: is this a store?` };
    });
  }

  /** Once for each, whoever needs it first. */
  async #collectionAt(url: URL, attempt: Attempt): Promise<Outcome> {
    const known = this.#collections.get(url.href) ?? this.#makeCollection(url, attempt);
    this.#collections.set(url.href, known);
    return known;
  }

  /** What is above it has to be there first (RFC 4918, 9.3.1: 409), up to the base of the remote. */
  async #makeCollection(url: URL, attempt: Attempt): Promise<Outcome> {
    const question = { method: 'MKCOL', url };
    const make = async (): Promise<HttpReply | Trouble> => this.#ask(question, attempt, (reply) => reply);
    let made = await make();
    const isBelowBase = url.pathname.length > this.#place.base.pathname.length + 1;
    if ('status' in made && made.status === CONFLICT && isBelowBase) {
      const above = await this.#collectionAt(new URL('..', url), attempt);
      if (above.kind !== 'acknowledged') return above;
      made = await make();
    }
    if ('kind' in made) return made;
    if (IS_THERE.includes(made.status)) return ACKNOWLEDGED;
    const meaning = meaningOf(made.status, this.#place.flavor);
    return this.#trouble(meaning === 'unreachable' || meaning === 'pause' ? meaning : 'misconfigured', question, made);
  }

  async #ask<Judged>(
    { method, url, body, headers = {}, mostBytes = MOST_BYTES }: Question,
    attempt: Attempt,
    judged: (reply: HttpReply) => Judged,
  ): Promise<Judged | Trouble> {
    const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body ?? '')) };
    const unsigned = { method, url, headers: { ...headers, ...length }, ...(body !== undefined && { body }) };
    const signed = await this.#place.access.authorized(unsigned, attempt);
    const connections = await (this.#connections ??= connectionsTo(url, this.lanes));
    const timeoutMs = Math.min(this.#settings.requestTimeoutMs, msLeft(attempt));
    const wanted = { ...unsigned, headers: signed, connections, timeoutMs, mostBytes, signal: attempt.signal };
    const reply = await exchange(wanted).catch((error: unknown) => error as NodeJS.ErrnoException);
    if ('status' in reply) return judged(reply);
    const { message, code = '' } = reply;
    if (UNTRUSTED.test(code)) return { kind: 'misconfigured', reason: `${method}: ${message} (${code}; NODE_EXTRA_CA_CERTS names a CA of your own)` };
    return { kind: 'unreachable', reason: `${method}: ${message === '' ? code : message}` };
  }

  #wordsFor({ method }: Pick<Question, 'method'>, reply: HttpReply): string {
    const { hint, secrets } = this.#place.access;
    return `${method}: ${replyInWords(reply, secrets)}${WHO_ASKS.includes(reply.status) ? hint : ''}`;
  }

  /** Of a reply to a question that is not about taking an item. */
  #troubleIn(question: Pick<Question, 'method'>, reply: HttpReply): Trouble {
    const meaning = meaningOf(reply.status, this.#place.flavor);
    return this.#trouble(meaning === 'refused' ? 'later' : meaning, question, reply);
  }

  #trouble(meaning: Meaning, question: Pick<Question, 'method'>, reply: HttpReply): Trouble {
    const reason = this.#wordsFor(question, reply);
    if (meaning === 'misconfigured') return { kind: 'misconfigured', reason };
    const retryAfter = retryAfterMs(reply.headers['retry-after']);
    if (meaning === 'pause' || retryAfter !== undefined) return { kind: 'paused', reason, retryAfterMs: retryAfter ?? 0 };
    return { kind: meaning === 'unreachable' ? 'unreachable' : 'postponed', reason };
  }
}
