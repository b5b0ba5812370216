// Who traces a process decides what it does. No member may trace what holds it: the init of its namespace, even where
// the member is root, nor the guard and the front, unless it is.

import { expect } from 'chai';
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { spawnContained } from '#lib/index.js';

import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { runFront } from '../support/front.js';
import { forEachMechanism, itIf } from '../support/mechanisms.js';
import { processLine } from '../support/proc.js';
import { useScene } from '../support/scene.js';
import { NEEDS_ORDINARY_USER } from '../support/users.js';

const TRIES_MS = '300';
const DENIED = 'denied, own child traced\n';

describe('a member cannot trace', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    if (mechanism === 'namespace') {
      it('its init, from its first moment on', async () => {
        const child = spawnContained(fixture('tracer'), ['1', TRIES_MS], {
          stdio: ['ignore', 'pipe', 'inherit'],
          containment: { mechanism },
        });

        expect(await text(child.stdout)).to.equal(DENIED);
        await child.tree.empty;
      });

      it('its init behind the front', async () => {
        const { output } = await runFront(scene(), mechanism, [], [fixture('tracer'), '1', TRIES_MS]);

        expect(output).to.equal(DENIED);
      });
      return;
    }

    itIf(NEEDS_ORDINARY_USER, 'its guard, once that has become its program', async () => {
      const child = spawnContained('sh', ['-c', 'read go; exec "$0" parent "$1"', fixture('tracer'), TRIES_MS], {
        stdio: ['pipe', 'pipe', 'inherit'],
        containment: { mechanism },
      });
      const guard = processLine(child.pid ?? 0)?.ppid ?? 0;
      // /proc gives what belongs to a process that may not be traced to root.
      await eventually('the guard denies to be traced', () => statSync(`/proc/${guard}/environ`).uid === 0);

      child.stdin.end('go\n');

      expect(await text(child.stdout)).to.equal(DENIED);
      await child.tree.empty;
    });

    for (const who of ['parent', 'grandparent']) {
      const title = `${who === 'parent' ? 'its guard' : 'the front'}, from its first moment on`;
      itIf(NEEDS_ORDINARY_USER, title, async () => {
        const { output } = await runFront(scene(), mechanism, [], [fixture('tracer'), who, TRIES_MS]);

        expect(output).to.equal(DENIED);
      });
    }
  });
});
