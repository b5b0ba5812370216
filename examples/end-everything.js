// Ends a command and everything it started, also what left its process group.
'use strict';

const { spawnContained } = require('holdfast');

const child = spawnContained('sh', ['-c', 'sleep 1000 & setsid sleep 1000 & echo started; wait'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

child.stdout.once('data', async () => {
  const members = await child.tree.members();
  console.log(`${members.length} members, held by ${child.tree.mechanism}`);
  const { reason, survivors } = await child.tree.terminate();
  console.log(`${reason}: ${survivors.length} survivors`);
});
