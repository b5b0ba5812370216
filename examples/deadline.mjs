// A command with a deadline for its whole tree. The guard keeps it: it also passes while this program is busy.
import { spawnContained } from 'holdfast';

const child = spawnContained('sh', ['-c', 'trap "" TERM; sleep 1000 & wait; wait'], {
  stdio: 'inherit',
  timeout: 200,
  containment: { grace: 100, label: 'deadline' },
});

const { reason, endedPolitely, killed } = await child.tree.empty;
console.log(`${reason}: ${endedPolitely + killed} processes ended, ${killed} of them by force`);
