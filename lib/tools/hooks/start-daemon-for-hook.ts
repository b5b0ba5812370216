// Starts the save daemon of a project when a session begins, where the configuration wants it. The agent owns it: its
// end ends the daemon.

import { processTable } from '../../native-api.js';
import { chooseOwner } from '../daemon/owner.js';
import { startDaemon } from '../daemon/start.js';
import { statusOf } from '../daemon/status.js';
import type { Workplace } from '../workplace.js';

/** Resolves when it runs, or has been running. */
export async function startDaemonForHook(workplace: Workplace, root: string, waitMs: number): Promise<void> {
  const projects = [root];
  if ((await statusOf(workplace, projects)).running) return;
  const { owner: wish, intervalSeconds } = workplace.config.daemon;
  const owner = chooseOwner(wish, { pid: process.pid, env: process.env, table: processTable() });
  await startDaemon({ workplace, owner, projects, intervalMs: intervalSeconds * 1000, configFile: undefined, waitMs });
}
