// A hook and its remote: one sync at most, in a time of its own, and the hard stop when the remote hangs.

import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { checkConfig } from '#lib/tools/config/config.js';

import { HookScene, answerOf } from '../../support/hook.js';
import { guards } from '../../support/leaks.js';
import { allPids, readProcFile } from '../../support/proc.js';
import { useScene } from '../../support/scene.js';
import { amountOf } from '../../support/thorough.js';
import { proofOf } from '../sync/fake-remote.js';

/** What the machine may take to start Node before its clock begins, and to bury the process. */
const AROUND_MS = 1000;
const AS_BY_DEFAULT = checkConfig({}, '').hooks;

async function proveToHave(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(201).end(proofOf(request.url ?? '', await text(request)));
}

describe('a hook and its remote', () => {
  const scene = useScene();
  let place: HookScene;
  let server: Server | HttpServer;
  let connections: Socket[];

  beforeEach(() => {
    place = new HookScene(scene());
    connections = [];
  });

  afterEach(async () => {
    for (const connection of connections) connection.destroy();
    server.close();
    await once(server, 'close');
  });

  async function listen(one: Server | HttpServer, hooks: object = {}, backoff: object = {}): Promise<void> {
    server = one;
    server.on('connection', (connection: Socket) => connections.push(connection));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    place.configure({ hooks, sync: { remote: `http://127.0.0.1:${port}/store`, tokenEnv: null, backoff } });
  }

  const shelf = (name: string): string[] => readdirSync(join(place.home, 'state', name)).filter((item) => item.endsWith('.json'));

  for (const event of ['user-prompt-submit', 'task-complete', 'stop'] as const) {
    it(`sends what it has saved at ${event}, exactly once`, async () => {
      const puts: string[] = [];
      await listen(
        createHttpServer((request, response) => {
          puts.push(`${request.method ?? ''} ${request.url ?? ''}`);
          void proveToHave(request, response);
        }),
      );
      const run = await place.run([event], { pieces: [place.payload('claude', event)] });

      expect({ code: run.code, answer: answerOf(run) }).to.deep.equal({ code: 0, answer: {} });
      expect(puts).to.have.length(1);
      expect(connections).to.have.length(1);
      expect({ outbox: shelf('outbox').length, sent: shelf('sent').length }).to.deep.equal({ outbox: 0, sent: 1 });
    });
  }

  for (const event of ['session-start', 'pre-compact', 'post-compact', 'session-end'] as const) {
    it(`does not ask the remote at ${event}`, async () => {
      await listen(createServer());
      const run = await place.run([event], { pieces: [place.payload('claude', event)] });

      expect({ code: run.code, answer: answerOf(run) }).to.deep.equal({ code: 0, answer: {} });
      expect(connections).to.have.length(0);
    });
  }

  it('gives a remote that hangs its share of the time and no more, and keeps what it could not send', async () => {
    await listen(createServer(), AS_BY_DEFAULT); // accepts, and never says a word
    const run = await place.run(['stop'], { pieces: [place.payload('claude', 'stop')], staysOpen: true });

    expect({ code: run.code, answer: answerOf(run), errors: run.errors }).to.deep.equal({ code: 0, answer: {}, errors: '' });
    expect(connections).to.have.length(1);
    expect(shelf('outbox')).to.have.length(1);
    expect(run.took).to.be.below(1500 + AROUND_MS);
  });

  it('stops hard after its budget when the remote hangs and may take longer', async () => {
    await listen(createServer(), { ...AS_BY_DEFAULT, syncBudgetMs: 10_000 });
    const run = await place.run(['stop'], { pieces: [place.payload('claude', 'stop')], staysOpen: true });

    expect({ code: run.code, answer: answerOf(run), errors: run.errors }).to.deep.equal({ code: 0, answer: {}, errors: '' });
    expect(run.took).to.be.below(1500 + AROUND_MS);
    expect(shelf('outbox')).to.have.length(1);
  });

  it('leaves a remote that has failed alone at the next event', async () => {
    const long = { minMs: 3_600_000, maxMs: 86_400_000 };
    await listen(createServer((connection) => connection.destroy()), {}, long);
    for (let turn = 0; turn < 4; turn += 1) {
      const payload = JSON.stringify({ ...(JSON.parse(place.payload('claude', 'user-prompt-submit')) as object), prompt: `${turn}` });
      const run = await place.run(['user-prompt-submit'], { pieces: [payload] });
      expect({ code: run.code, answer: answerOf(run) }).to.deep.equal({ code: 0, answer: {} });
    }

    expect(shelf('outbox')).to.have.length(4);
    expect(connections.length).to.be.below(4);
  });

  it('tells the user once a day that the remote does not let it in', async () => {
    await listen(createHttpServer((request, response) => request.resume().once('end', () => response.writeHead(401).end())));
    const runs = [];
    for (let turn = 0; turn < 2; turn += 1) runs.push(await place.run(['stop'], { pieces: [place.payload('claude', 'stop')] }));

    expect(runs.map((run) => Object.keys(answerOf(run)))).to.deep.equal([['systemMessage'], []]);
    expect(runs.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(shelf('outbox')).to.have.length(1);
  });

  it('leaves no process after many prompts', async () => {
    await listen(createHttpServer((request, response) => void proveToHave(request, response)));
    const prompts = Array.from({ length: amountOf({ usually: 20, thoroughly: 100 }) }, (_, index) => `prompt ${index}`);
    const many = prompts.length;
    while (prompts.length > 0) {
      const batch = prompts.splice(0, 4).map(async (prompt) => {
        const payload = { ...(JSON.parse(place.payload('claude', 'user-prompt-submit')) as object), prompt };
        return place.run(['user-prompt-submit'], { pieces: [JSON.stringify(payload)], staysOpen: true });
      });
      for (const run of await Promise.all(batch)) expect(run.code).to.equal(0);
    }

    expect(allPids().filter((pid) => readProcFile(`/proc/${pid}/environ`)?.includes(place.home))).to.deep.equal([]);
    expect(guards(place.home)).to.deep.equal([]);
    expect(shelf('outbox').length + shelf('sent').length, place.log()).to.equal(many);
  });
});
