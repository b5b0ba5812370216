// A member that tries to confuse whoever holds its tree, the guard or the init of its namespace: it lies, floods, calls
// and poses. The tree ends all the same, or the route by which it does not is named.

import { expect } from 'chai';
import { copyFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';

import { spawnContained } from '#lib/index.js';

import type { Cast, Escape } from '../support/cast.js';
import { contain, leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { NEEDS_ROOT, forEachMechanism, itIf } from '../support/mechanisms.js';
import { startOwner } from '../support/owner.js';
import { commandLine, isAlive } from '../support/proc.js';
import { useScene } from '../support/scene.js';

describe('a member that confuses its guard', () => {
  const scene = useScene();

  const CONFUSIONS: readonly (readonly [what: string, escape: () => Escape])[] = [
    ['writes lies into its descriptors', () => ({ technique: 'guard-scribbler' })],
    ['sends it every signal, and more than the kernel keeps', () => ({ technique: 'guard-signaller' })],
    ['floods it with orphans that die', () => ({ technique: 'guard-flooder' })],
    ['calls it, with a second launch and with the words of the owner', () => ({ technique: 'guard-caller' })],
    [
      'poses as a guard',
      () => {
        const detail = scene().path('holdfast-guard');
        copyFileSync(fixture('escapee'), detail);
        return { technique: 'guard-impostor', detail };
      },
    ],
  ];

  /** Lets it act; one that becomes another program has acted when it is that. */
  async function act(cast: Cast, { technique }: Escape): Promise<void> {
    await cast.act();
    if (technique !== 'guard-impostor') return;
    const poses = (): boolean => cast.living().some(({ pid }) => commandLine(pid)[0] === 'holdfast-guard');
    await eventually('a member is called as a guard is', poses);
  }

  forEachMechanism((mechanism) => {
    for (const [what, escape] of CONFUSIONS) {
      it(`ends with its owner: it ${what}`, async () => {
        const attempt = escape();
        const control = await leaveFree(scene(), attempt);
        const cast = scene().cast(attempt);
        const owner = await startOwner(scene(), cast, { containment: { mechanism } });
        const guard = await owner.guard();
        await Promise.all([act(control, attempt), act(cast, attempt)]);
        expect(isAlive(guard), 'the guard lives').to.equal(true);

        await owner.come('SIGKILL');

        await cast.provenDead(control);
        await owner.ended();
      });

      it(`is ended by kill(), which says so: it ${what}`, async () => {
        const attempt = escape();
        const control = await leaveFree(scene(), attempt);
        const cast = scene().cast(attempt);
        const child = await contain(cast, { mechanism, grace: 60_000, whenRootExits: 'wait' });
        await act(cast, attempt);

        const report = await child.tree.kill();

        await cast.provenDead(control);
        expect(report.survivors).to.deep.equal([]);
        expect(report.reason).to.be.oneOf(['kill', 'terminate']); // whoever asked first; the guard lives
      });
    }

    it('gains no time by asking for an end that takes an hour', async () => {
      const control = await leaveFree(scene(), { technique: 'guard-caller' });
      const cast = scene().cast({ technique: 'guard-caller' });
      const child = await contain(cast, { mechanism, grace: 300 });
      await cast.act();

      const report = await child.tree.empty;

      await cast.provenDead(control);
      expect(report).to.deep.include({ reason: 'terminate', survivors: [] });
    });

    if (mechanism === 'namespace') {
      itIf(NEEDS_ROOT, 'is counted also when it has mounted something over /proc', async () => {
        const control = await leaveFree(scene(), { technique: 'plain' });
        const cast = scene().cast({ technique: 'plain', count: 3 });
        const child = spawnContained('sh', ['-c', 'mount -t tmpfs none /proc && exec "$0" "$@"', ...cast.argv], {
          stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
          containment: { mechanism },
        });
        cast.holdLifeline(child.stdio[3] as Duplex);
        await cast.ready();

        const [members, report] = [await child.tree.members(), await child.tree.kill()];

        await cast.provenDead(control);
        expect(members).to.have.length(4);
        expect(report).to.deep.include({ killed: 4, survivors: [] });
      });
    }
  });
});
