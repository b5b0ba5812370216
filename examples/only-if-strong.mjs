// Starts a command only where nothing but a broker can get it out, even if owner and guard are killed together.
import { ContainmentError, spawnContained } from 'holdfast';

try {
  const child = spawnContained('echo', ['held'], { stdio: 'inherit', containment: { strict: true } });
  const { reason } = await child.tree.empty;
  console.log(`${child.tree.mechanism} leaves open: ${child.tree.escapable.join(', ')} (${reason})`);
} catch (error) {
  if (!(error instanceof ContainmentError)) throw error;
  console.log(`not started: ${error.code}`);
}
