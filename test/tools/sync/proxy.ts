// A proxy of the test's own (RFC 9110, 9.3.6: CONNECT): whatever it is asked for is the server of the test.

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  readonly url: string;
  /** What it was asked for: `host:port`. */
  readonly asked: readonly string[];
  /** Who asked, each time. */
  readonly askers: readonly (string | undefined)[];
  /** How many connections are open. */
  readonly open: () => number;
  readonly stop: () => Promise<void>;
}

/** `how`: a port of this machine to which everything leads, a status that it refuses with, or nothing is ever said. */
export async function startProxy(how: { readonly to: number } | { readonly status: number } | 'hangs'): Promise<Proxy> {
  const asked: string[] = [];
  const askers: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => void response.writeHead(501).end());
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', ({ url = '', headers }: IncomingMessage, socket: Socket) => {
    asked.push(url);
    askers.push(headers['proxy-authorization']);
    socket.on('error', () => undefined);
    if (how === 'hangs') return void socket.on('end', () => socket.end()).resume(); // or it would not hear of its end
    if ('status' in how) return void socket.end(`HTTP/1.1 ${how.status} No\r\ncontent-length: 0\r\n\r\n`);
    const beyond = connect(how.to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      beyond.pipe(socket).pipe(beyond);
    });
    beyond.on('error', () => socket.destroy());
    for (const event of ['end', 'close']) socket.once(event, () => beyond.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, askers, open: () => sockets.size, stop };
}
