// SIGKILL of the pid that the caller of `holdfast run` holds leaves nothing of the command.

import type { Escape } from '../support/cast.js';
import { castBehindFront } from '../support/front.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { NEEDS_ROOT, forEachMechanism, itIf, ownCgroup, whyOpen } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

const rootCgroup = `${ownCgroup() ?? ''}/cgroup.procs`;

const ESCAPES: readonly (Escape & { readonly missing?: string | undefined })[] = [
  { technique: 'plain' },
  { technique: 'setsid' },
  { technique: 'own-group' },
  { technique: 'double-fork' },
  { technique: 'daemon' },
  { technique: 'ignore-signals' },
  { technique: 'cleared-environment' },
  { technique: 'stopped' },
  { technique: 'main-thread-exited' },
  { technique: 'forked-by-thread' },
  { technique: 'own-subreaper' },
  { technique: 'disguised' },
  { technique: 'other-user', missing: NEEDS_ROOT },
  { technique: 'other-cgroup', detail: rootCgroup, missing: NEEDS_ROOT },
  { technique: 'parent-of-parent' },
  { technique: 'no-exit-signal' },
  { technique: 'vfork' },
  { technique: 'nested-namespace' },
  { technique: 'hydra', count: 4 },
  { technique: 'respawning-pair' },
  { technique: 'deep', count: 150 },
  { technique: 'plain', count: 500 },
  { technique: 'storm', detail: '200' },
];

describe('kill -9 of the front', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    for (const escape of ESCAPES) {
      const title = `ends ${escape.count ?? 1} x ${escape.technique}`;
      itIf(escape.missing ?? whyOpen(mechanism, escape.technique), title, async () => {
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

