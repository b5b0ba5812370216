// A remote of the test's own, which keeps what is put and answers as it is told: well, or as badly as remotes do. It
// remembers every request.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers in its own way. */
export type Behaviour = (response: ServerResponse, seen: Seen, remote: FakeRemote) => void;

export class FakeRemote {
  readonly items = new Map<string, string>();
  /** The paths of what was new, in their order. */
  readonly created: string[] = [];
  readonly seen: Seen[] = [];
  /** The first one answers the first request, and so on; whatever has none is answered well. */
  readonly behaviours: Behaviour[] = [];
  /** Answers whatever the list does not. */
  always: Behaviour = wellBehaved;
  /** How many requests were open at the same time, at most. */
  mostAtOnce = 0;
  #open = 0;
  readonly #server: Server;

  readonly #scheme: string;

  private constructor(tls: ServerOptions | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response);
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  }

  /** With a key and a certificate by TLS. */
  static async start(tls?: ServerOptions): Promise<FakeRemote> {
    const remote = new FakeRemote(tls);
    remote.#server.listen(0, '127.0.0.1');
    await once(remote.#server, 'listening');
    return remote;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/contexts`;
  }

  get methods(): readonly string[] {
    return this.seen.map(({ method }) => method);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open);
    response.once('close', () => (this.#open -= 1));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers, body: Buffer.concat(chunks).toString() };
    this.seen.push(seen);
    (this.behaviours.shift() ?? this.always)(response, seen, this);
  }
}

export function wellBehaved(response: ServerResponse, { method, path, headers, body }: Seen, remote: FakeRemote): void {
  const there = remote.items.get(path);
  if (method === 'GET') return void response.writeHead(there === undefined ? 404 : 200).end(there);
  if (there !== undefined && headers['if-none-match'] === '*') return void response.writeHead(412).end();
  keep(path, body, remote);
  response.writeHead(201).end(proofOf(path, body));
}

/** What a store says that proves to have the item. */
export function proofOf(path: string, body: string): string {
  return JSON.stringify({ id: path.split('/').at(-1), sha256: createHash('sha256').update(body).digest('hex') });
}

/** Keeps the item and says so, but not which it was. */
export const keepsAndSaysLittle: Behaviour = (response, { path, body }, remote) => {
  keep(path, body, remote);
  response.writeHead(201).end();
};

function keep(path: string, body: string, remote: FakeRemote): void {
  if (!remote.items.has(path)) remote.created.push(path);
  remote.items.set(path, body);
}

/** The item has arrived, and nobody is told. */
export const keepsAndHangsUp: Behaviour = (response, { method, path, body }, remote) => {
  if (method === 'PUT' && !remote.items.has(path)) keep(path, body, remote);
  response.destroy();
};

export function status(code: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return (response) => void response.writeHead(code, headers).end(body);
}

export const hangs: Behaviour = () => undefined;

/** A byte now and then: no single wait is long. */
export const drips: Behaviour = (response) => {
  response.writeHead(201);
  const drop = setInterval(() => response.write('.'), 20);
  response.once('close', () => clearInterval(drop));
};

/** And then nothing. */
export const hangsInTheMiddle: Behaviour = (response) => {
  response.writeHead(201, { 'content-length': '1000' });
  response.write('{"ok":');
};

export const breaksOff: Behaviour = (response) => {
  response.writeHead(201, { 'content-length': '1000' });
  response.write('{"ok":', () => response.destroy());
};

export const resets: Behaviour = (response) => void response.destroy();

/** For as long as somebody reads. */
export const talksForEver: Behaviour = (response, { method }) => {
  response.writeHead(method === 'GET' ? 200 : 201);
  const page = Buffer.alloc(64 * 1024, 'x');
  const more = (): void => {
    while (!response.destroyed && response.write(page));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};

/** A remote for each test of the enclosing group. */
export function useFakeRemote(): () => FakeRemote {
  let remote: FakeRemote | undefined;
  beforeEach(async () => {
    remote = await FakeRemote.start();
  });
  afterEach(async () => {
    await remote?.stop();
    remote = undefined;
  });
  return () => {
    if (remote === undefined) throw new Error('a remote exists only during a test');
    return remote;
  };
}
