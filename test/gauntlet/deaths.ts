// The ways in which a tree can come to its end, D1 to D10. Each is brought to the contained attempt and to its
// uncontained control alike.

import type { OwnerEnd } from '../fixtures/owner.js';
import type { Cast } from '../support/cast.js';
import { eventually } from '../support/eventually.js';
import type { Owner, Plan } from '../support/owner.js';
import { commandLine, isAlive } from '../support/proc.js';
import { endProcesses } from '../support/scene.js';
import { nodeWithExecve, whyNoExecve } from './cache.js';

export type DeathCode = 'D1' | 'D2' | 'D3' | 'D4' | 'D5' | 'D6' | 'D7' | 'D8' | 'D9' | 'D10';

export interface Way {
  readonly name: string;
  /** What the owner has to be started with. */
  readonly plan?: Plan;
  /** The root waits for the word to exit. */
  readonly rootExits?: boolean;
  /** Why it cannot be tried here. */
  readonly missing?: string | undefined;
  bring(owner: Owner, cast: Cast): Promise<void>;
}

export interface Death {
  readonly code: DeathCode;
  readonly title: string;
  readonly ways: readonly Way[];
}

/** Long enough for a busy machine to bring everybody up before. */
const TIMEOUT_MS = 4000;

/** What a control has in the place of the guard. */
export const STAND_IN = ['/bin/sh', '-c', '"$@"; :', 'sh'] as const;

function told(name: string, word: OwnerEnd, plan: Plan = {}): Way {
  return { name, plan, bring: (owner) => owner.come(word) };
}

export const DEATHS: readonly Death[] = [
  {
    code: 'D1',
    title: 'owner killed',
    ways: [{ name: 'SIGKILL', bring: (owner) => owner.come('SIGKILL') }],
  },
  {
    code: 'D2',
    title: 'owner exits',
    ways: [told('process.exit()', 'exit'), told('nothing left to do', 'drain')],
  },
  {
    code: 'D3',
    title: 'owner crashes',
    ways: [
      told('process.abort()', 'abort'),
      told('uncaught exception', 'throw'),
      told('SIGSEGV', 'segfault'),
      told('unhandled rejection', 'reject'),
    ],
  },
  {
    code: 'D4',
    title: 'guard killed',
    ways: [{ name: 'SIGKILL', plan: { standIn: STAND_IN }, bring: killGuard }],
  },
  {
    code: 'D5',
    title: 'owner and guard killed together',
    ways: [
      { name: 'guard first', plan: { standIn: STAND_IN }, bring: (owner) => killBoth(owner, 'guard') },
      { name: 'owner first', plan: { standIn: STAND_IN }, bring: (owner) => killBoth(owner, 'owner') },
    ],
  },
  {
    code: 'D6',
    title: 'ended by its owner',
    ways: [
      told('kill()', 'kill'),
      told('terminate()', 'terminate'),
      told('AbortSignal', 'abort-signal', { options: { killSignal: 'SIGKILL' } }),
      { name: 'timeout', plan: { options: { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } }, bring: () => Promise.resolve() },
    ],
  },
  {
    code: 'D7',
    title: 'root exits first',
    ways: [{ name: 'exit code 7', rootExits: true, bring: exitRoot }],
  },
  {
    code: 'D8',
    title: 'owner stopped',
    ways: [{ name: 'SIGSTOP', bring: (owner) => owner.come('SIGSTOP') }],
  },
  {
    code: 'D9',
    title: 'Worker ends',
    ways: [{ name: 'worker.terminate()', plan: { inWorker: true }, bring: endWorker }],
  },
  {
    code: 'D10',
    title: 'owner becomes another program',
    ways: [
      { name: 'execve(2)', bring: becomeAnother },
      {
        name: 'process.execve()',
        get plan() {
          return { node: nodeWithExecve() };
        },
        get missing() {
          return whyNoExecve();
        },
        bring: becomeAnother,
      },
    ],
  },
];

async function killGuard(owner: Owner): Promise<void> {
  const guard = await owner.guard();
  await endProcesses(() => [guard].filter(isAlive));
}

/** With the guard as the first, the owner stands still before: it gets no chance to notice. */
async function killBoth(owner: Owner, first: 'guard' | 'owner'): Promise<void> {
  const both = [await owner.guard(), owner.identity];
  if (first === 'owner') both.reverse();
  else await owner.come('SIGSTOP');
  await endProcesses(() => both.filter(isAlive));
}

function exitRoot(_owner: Owner, cast: Cast): Promise<void> {
  cast.letRootExit();
  return Promise.resolve();
}

async function endWorker(owner: Owner): Promise<void> {
  await owner.come('end-worker');
  await owner.says(/^ended$/m);
}

/** It keeps its pid and start time: only what it had open is gone. */
async function becomeAnother(owner: Owner): Promise<void> {
  await owner.come('execve');
  await eventually('the owner is another program', () => commandLine(owner.identity.pid)[0] === 'sleep');
}
