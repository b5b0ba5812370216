// Sockets sent over the ipc pipe of a contained child arrive, in both directions, as with child_process.fork().

import { expect } from 'chai';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { forkContained } from '#lib/index.js';

import { eventually, within } from '../support/eventually.js';
import { useScene } from '../support/scene.js';

/** Answers on the socket that it gets, and sends back one that it has opened itself. */
const CHILD = `
const { connect } = require('node:net');
process.on('message', (port, socket) => {
  socket.end('of the parent');
  const own = connect(port, () => process.send('of the child', own));
});
`;

describe('a socket that is sent on Windows', () => {
  const scene = useScene();

  /** What comes over a socket that has been to the child, and over one that comes from there. */
  async function exchange(child: ChildProcess): Promise<readonly string[]> {
    const told: Record<string, string> = {};
    const server = createServer({ allowHalfOpen: true }).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted: Socket[] = [];
    server.on('connection', (socket) => accepted.push(socket));
    const near = connect(port);
    const read = (socket: Socket, name: string): unknown => socket.on('data', (bytes: Buffer) => (told[name] = bytes.toString()));
    read(near, 'there');
    const far = await eventually('it connects', () => accepted[0]);

    child.send(port, far);
    const [text, socket] = (await within('a socket comes back', once(child, 'message'))) as [string, Socket];
    const other = await eventually('the child has connected', () => accepted[1]);
    read(other, 'back');
    socket.end(text);
    await eventually('both have arrived', () => told['there'] !== undefined && told['back'] !== undefined);
    for (const one of [near, socket, ...accepted]) one.destroy();
    server.close();
    child.disconnect();
    return [told['there'] ?? '', told['back'] ?? ''];
  }

  for (const [title, run] of [['by Node', fork], ['contained', forkContained]] as const) {
    it(`arrives in a child that runs ${title}, and from there`, async () => {
      const script = scene().path('child.js');
      writeFileSync(script, CHILD);
      const child: ChildProcess = run(script);
      const ended = once(child, 'exit');

      const both = await exchange(child);

      expect(both).to.deep.equal(['of the parent', 'of the child']);
      await within('it exits', ended);
    });
  }
});
