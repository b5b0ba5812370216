// tree.kill() ends every member, whatever it did to leave, and proves it.

import { expect } from 'chai';

import type { EscapeRoute } from '#lib/index.js';

import { ESCAPES, contain, leaveFree, titleOf } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { forEachMechanism, itIf, whyOpen, type LinuxMechanism } from '../support/mechanisms.js';
import { commandLine } from '../support/proc.js';
import { useScene } from '../support/scene.js';

/** At least these; an ordinary user's guard leaves more. */
const OPEN_ROUTES: Readonly<Record<LinuxMechanism, readonly EscapeRoute[]>> = {
  cgroup: ['broker', 'owner-and-guard-killed'],
  subreaper: ['broker', 'guard-killed', 'owner-and-guard-killed'],
  namespace: ['broker'],
  group: ['broker', 'fast-double-fork', 'guard-killed', 'owner-and-guard-killed'],
};

/** lineage.cc */
const LONGEST_DOUBT_MS = 1000;

describe('tree.kill()', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const escape of ESCAPES) {
      itIf(escape.missing ?? whyOpen(mechanism, escape.technique), `ends ${titleOf(escape)}`, async () => {
        const control = await leaveFree(scene(), escape);
        const cast = scene().cast(escape);
        const child = await contain(cast, { mechanism });

        const report = await child.tree.kill();

        await cast.provenDead(control);
        await control.provenAlive();
        expect(report).to.deep.include({ reason: 'kill', survivors: [] });
        expect(await child.tree.empty).to.equal(report);
      });
    }

    it('ends a detached root whose member holds no descriptor', async () => {
      const control = await leaveFree(scene(), { technique: 'daemon' });
      const cast = scene().cast({ technique: 'daemon' });
      const child = await contain(cast, { mechanism }, { detached: true });

      await child.tree.kill();

      await cast.provenDead(control);
    });

    it('names every route by which a member could leave', async () => {
      const cast = scene().cast({ technique: 'plain' });
      const child = await contain(cast, { mechanism });

      for (const route of OPEN_ROUTES[mechanism]) expect(child.tree.escapable).to.include(route);
      expect(child.tree.escapable).to.not.include('unrecorded');
      await child.tree.kill();
    });

    it('counts whom it killed', async () => {
      const cast = scene().cast({ technique: 'setsid', count: 3 });
      const child = await contain(cast, { mechanism });

      expect((await child.tree.kill()).killed).to.equal(4);
    });

    // It could be taken for a member that turns into another program.
    it('waits for no bystander without an environment', async () => {
      const child = await contain(scene().cast({ technique: 'plain' }), { mechanism });
      const bystander = scene().start(['env', '-i', 'sleep', '1000']);
      await eventually('the bystander runs', () => commandLine(bystander.identity.pid)[0] === 'sleep');

      const { durationMs } = await child.tree.kill();

      expect(durationMs).to.be.below(LONGEST_DOUBT_MS);
      bystander.kill('SIGKILL');
    });

    it('may be called again and after the end', async () => {
      const cast = scene().cast({ technique: 'plain' });
      const child = await contain(cast, { mechanism });

      const reports = await Promise.all([child.tree.kill(), child.tree.kill(), child.tree.terminate()]);
      const late = await child.tree.kill();

      for (const report of reports) expect(report).to.equal(late);
    });
  });
});
