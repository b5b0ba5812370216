// Whose death ends the daemon: who was named, or who most probably works here. Pure but for the process table that it
// is given: who is chosen has a pid and a start time, and pid 1 is never chosen, because it does not die.

import type { ProcessEntry } from '../../native-api.js';
import { EXIT, ToolFailure } from '../failure.js';

/** Agents by the name that their process goes by. */
const AGENTS: readonly string[] = ['claude', 'codex', 'gemini', 'cursor-agent'];

/** Of whom it is asked. */
export interface Asker {
  readonly pid: number;
  readonly env: NodeJS.ProcessEnv;
  readonly table: readonly ProcessEntry[];
}

/** `auto`, `parent`, `login`, `PID` or `PID:START`. Throws ToolFailure when that is nobody who may own a daemon. */
export function chooseOwner(wish: string, asker: Asker): ProcessEntry {
  const ancestors = ancestorsOf(asker);
  switch (wish) {
    case 'auto':
      return mortal(wish, agentNamed(asker) ?? ancestors.find(isAgent) ?? sessionLeader(ancestors, asker));
    case 'parent':
      return mortal(wish, ancestors[0]);
    case 'login':
      return mortal(wish, outermostOwn(ancestors, asker));
    default:
      return mortal(wish, processNamed(wish, asker.table));
  }
}

/** From the parent up, pid 1 included. A parent that is younger than its child is somebody who got the number later. */
function ancestorsOf({ pid, table }: Asker): readonly ProcessEntry[] {
  const byPid = new Map(table.map((entry) => [entry.pid, entry]));
  const found: ProcessEntry[] = [];
  let child = byPid.get(pid);
  while (child !== undefined && found.length < table.length) {
    const parent = byPid.get(child.ppid);
    if (parent === undefined || parent.pid === child.pid || parent.startTime > child.startTime) break;
    found.push(parent);
    child = parent;
  }
  return found;
}

function ownEntry({ pid, table }: Pick<Asker, 'pid' | 'table'>): ProcessEntry | undefined {
  return table.find((entry) => entry.pid === pid);
}

/** Claude Code tells its hooks and commands who it is (CLAUDE_PID, its documentation of environment variables). */
function agentNamed({ pid, env, table }: Asker): ProcessEntry | undefined {
  const named = /^[1-9]\d{0,9}$/.test(env['CLAUDE_PID'] ?? '') ? Number(env['CLAUDE_PID']) : 0;
  const own = ownEntry({ pid, table });
  return table.find((entry) => entry.pid === named && entry.uid === own?.uid && entry.pid !== pid);
}

function isAgent({ name }: ProcessEntry): boolean {
  return AGENTS.includes(name.replace(/\.exe$/i, ''));
}

/** Where the leader has ended, or is outside of the container: who was first in this session. */
function sessionLeader(ancestors: readonly ProcessEntry[], { pid, table }: Asker): ProcessEntry | undefined {
  if (process.platform === 'win32') return ancestors[0];
  const own = ownEntry({ pid, table });
  const ofSession = ancestors.filter((entry) => entry.session === own?.session && entry.pid !== 1);
  return ancestors.find((entry) => entry.pid === entry.session) ?? ofSession.at(-1);
}

/** The program in which this user has logged in. */
function outermostOwn(ancestors: readonly ProcessEntry[], { pid, table }: Asker): ProcessEntry | undefined {
  const own = ownEntry({ pid, table });
  return ancestors.filter((entry) => entry.uid === own?.uid && entry.pid !== 1).at(-1);
}

function processNamed(wish: string, table: readonly ProcessEntry[]): ProcessEntry | undefined {
  const [, pid, start] = /^(\d{1,10})(?::(\d{1,20}))?$/.exec(wish) ?? [];
  if (pid === undefined) {
    throw new ToolFailure(EXIT.usage, `--owner expects auto, parent, login, PID or PID:START, got '${wish}'`);
  }
  return table.find((entry) => entry.pid === Number(pid) && (start === undefined || entry.startTime === BigInt(start)));
}

function mortal(wish: string, owner: ProcessEntry | undefined): ProcessEntry {
  if (owner !== undefined && owner.pid > 1 && owner.state !== 'Z') return owner;
  const problem = owner === undefined ? 'there is no such process' : `process ${owner.pid} does not end while this lives`;
  throw new ToolFailure(EXIT.usage, `--owner ${wish}: ${problem}; name whose end shall end the daemon: --owner PID`);
}
