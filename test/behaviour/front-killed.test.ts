// SIGKILL of the pid that the caller of `holdfast run` holds leaves nothing of the command.

import { ESCAPES, titleOf } from '../support/contained.js';
import { castBehindFront } from '../support/front.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { forEachMechanism, itIf, whyOpen } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { someOf } from '../support/thorough.js';

describe('kill -9 of the front', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const escape of someOf(ESCAPES, 3)) {
      itIf(escape.missing ?? whyOpen(mechanism, escape.technique), `ends ${titleOf(escape)}`, async () => {
        const control = scene().control(escape);
        const shell = ['/bin/sh', '-c', '"$@"; :', 'sh'];
        const uncontained = await scene().startUncontained(control, [...shell, ...control.argv]);
        const cast = scene().cast(escape);
        const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism]);
        await control.ready();

        await uncontained.killOwner();
        front.kill('SIGKILL');

        await cast.provenDead(control);
        await control.provenAlive();
        if (mechanism === 'namespace') await abandonedTreeMayRemain();
      });
    }
  });
});

