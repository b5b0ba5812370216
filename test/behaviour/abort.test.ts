// options.signal: an abort ends the whole tree, and the child tells of it as Node's does.

import { expect } from 'chai';
import { once } from 'node:events';

import { spawnContained } from '#lib/index.js';

import { contain, leaveFree } from '../support/contained.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

describe('an abort', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('ends every member', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'double-fork' });
      const abort = new AbortController();
      const child = await contain(cast, { mechanism, grace: 2000 }, { signal: abort.signal });

      const failed = once(child, 'error');
      abort.abort(new Error('changed my mind'));

      const [error] = (await failed) as [Error];
      await cast.provenDead(control);
      expect(error).to.include({ name: 'AbortError', code: 'ABORT_ERR' });
      expect(error.cause).to.have.property('message', 'changed my mind');
      expect((await child.tree.empty).reason).to.equal('abort');
    });

    it('ends at once with killSignal SIGKILL', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'ignore-signals' });
      const abort = new AbortController();
      const options = { signal: abort.signal, killSignal: 'SIGKILL' } as const;
      const child = await contain(cast, { mechanism, grace: 60_000 }, options);

      child.once('error', () => undefined);
      abort.abort();

      await cast.provenDead(control);
      expect((await child.tree.empty).survivors).to.deep.equal([]);
    });

    it('gives the root its signal once', async () => {
      const counts = "process.on('SIGTERM', () => process.stdout.write('T')); setInterval(() => {}, 1000); process.stdout.write('r')";
      const abort = new AbortController();
      const options = { signal: abort.signal, containment: { mechanism, grace: 300 } };
      const child = spawnContained(process.execPath, ['-e', counts], options);
      const said: string[] = [];
      child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
      await once(child.stdout, 'data');

      child.once('error', () => undefined);
      abort.abort();

      await once(child, 'close');
      expect(child.signalCode).to.equal('SIGKILL');
      expect(said.join('')).to.equal('rT');
    });

    it('that came before the start leaves nothing running', async () => {
      const child = spawnContained('sleep', ['20'], { signal: AbortSignal.abort(), containment: { mechanism } });

      const [error] = (await once(child, 'error')) as [Error];

      expect(error.name).to.equal('AbortError');
      expect((await child.tree.empty).survivors).to.deep.equal([]);
    });
  });
});
