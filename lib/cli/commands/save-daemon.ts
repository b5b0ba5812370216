// `holdfast save daemon`: started, looked at and ended from a command line; `run` is the daemon itself.

import { closeSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';

import { processTable } from '../../native-api.js';
import { printable } from '../../printable.js';
import { chooseOwner } from '../../tools/daemon/owner.js';
import { runDaemon } from '../../tools/daemon/run.js';
import { TELL_FD, startDaemon } from '../../tools/daemon/start.js';
import { statusOf, stopDaemon, type DaemonStatus } from '../../tools/daemon/status.js';
import { endDespiteHungCalls } from '../../tools/deadline.js';
import { EXIT, ToolFailure } from '../../tools/failure.js';
import { realDirectory } from '../../tools/project.js';
import { openWorkplace, type Workplace } from '../../tools/workplace.js';
import { allowFor, durationMs, parseArguments, type Arguments, type Syntax } from '../arguments.js';
import { EXIT_NOT_DONE, Misuse } from '../exit-codes.js';
import { print, printJson, printText, shownMemory, shownTime } from '../output.js';

const HELP = `usage: holdfast save daemon start [--owner WHO] [--interval TIME] [--wait TIME] [options]
       holdfast save daemon stop [--timeout TIME] [options]
       holdfast save daemon status [options]
       holdfast save daemon run [--interval TIME] [options]

Looks at the projects at intervals and saves the context of those that have changed, until its
owner ends. After each look it ends what crashes have left behind and sends what waits, as
'save-check' does. When its owner ends it saves a last time, sends nothing, and is gone within
2 seconds with everything it has started, however the owner died.

  start     start it and return when it runs; a second start says which one does
  stop      end it; nothing to do is success
  status    whether it runs, for whom, and what it has saved
  run       stay in the foreground, for service managers: SIGTERM ends it after a last save

  --owner WHO      whose end ends the daemon (daemon.owner; auto)
                     auto        the agent that called, else the leader of this session
                     parent      the process that ran this command
                     login       the outermost process of this login
                     PID[:START] any other, but never pid 1
  --interval TIME  between two looks: 60s, 5m (daemon.intervalSeconds; 60s)
  --project DIR    watch this one; may be given several times (projects; none)
  --wait TIME      how long 'start' waits until it runs (default 15s)
  --timeout TIME   how long 'stop' leaves it for the last save before SIGKILL (default 5s)
  --config FILE    another configuration
  --json           one object: how it stands
  --tell           of 'run': say on descriptor 3 that it runs, as 'start' asks
  --budget TIME    for the whole of it (default 60s); exit 124 when it is used up
  --help

Examples:
  holdfast save daemon start --project ~/src/app
  holdfast save daemon start --owner parent --interval 5m
  holdfast save daemon status --json | jq .owner.pid
  holdfast save daemon stop

Exit codes: 0 it runs, or was ended; 1 there is no such project, status: it does not run, stop:
somebody survived; 64 wrong usage; 73 a file cannot be written; 78 the configuration is wrong;
124 it did not run in time.
`;

const COMMON = { project: { type: 'string', multiple: true }, config: { type: 'string' }, json: { type: 'boolean' } } as const;
const INTERVAL = { interval: { type: 'string' } } as const;

type Deed = Pick<Syntax, 'options' | 'budgetMs'> & { readonly act: (given: Given) => Promise<void> };

const DEEDS: Readonly<Record<string, Deed>> = {
  start: { options: { ...COMMON, ...INTERVAL, owner: { type: 'string' }, wait: { type: 'string' } }, act: start },
  stop: { options: { ...COMMON, timeout: { type: 'string' } }, act: stop },
  status: { options: COMMON, act: status },
  run: { options: { ...COMMON, ...INTERVAL, tell: { type: 'boolean' } }, budgetMs: null, act: run },
};

/** A command line, and what it is about. */
interface Given {
  readonly words: Arguments;
  readonly workplace: Workplace;
  readonly configFile: string | undefined;
  readonly projects: readonly string[];
}

export async function saveDaemon([word = '', ...rest]: readonly string[]): Promise<void> {
  if (word === '--help' || word === '-h') return printText(HELP);
  const deed = Object.hasOwn(DEEDS, word) ? DEEDS[word] : undefined;
  if (deed === undefined) throw new Misuse(`save daemon expects one of ${Object.keys(DEEDS).join(', ')}, got '${word}'`);
  const words = parseArguments(rest, { command: `save daemon ${word}`, ...deed, help: HELP });
  if (words === undefined) return;
  const config = words.valueOf('config');
  const configFile = config === undefined ? undefined : resolve(config);
  const projects = (await Promise.all(words.valuesOf('project').map(realDirectory))).sort();
  await deed.act({ words, workplace: openWorkplace(configFile), configFile, projects });
}

async function start({ words, workplace, configFile, projects }: Given): Promise<void> {
  const { config } = workplace;
  if (projects.length === 0 && config.projects.length === 0) {
    throw new ToolFailure(EXIT.badConfiguration, `no project to watch: name one by --project or in ${workplace.configPath}`);
  }
  const before = await statusOf(workplace, projects);
  if (before.running) return show(words, before, 'runs already');
  const waitMs = timeIn(words, 'wait') ?? 15_000;
  allowFor(words, waitMs);
  const intervalMs = intervalIn(words, workplace);
  const asker = { pid: process.pid, env: process.env, table: processTable() };
  const owner = chooseOwner(words.valueOf('owner') ?? config.daemon.owner, asker);
  const said = await startDaemon({ workplace, owner, projects, configFile, waitMs, intervalMs });
  show(words, await statusOf(workplace, projects), said === 'busy' ? 'runs already' : 'started');
}

async function stop({ words, workplace, projects }: Given): Promise<void> {
  const graceMs = timeIn(words, 'timeout') ?? 5000;
  allowFor(words, graceMs);
  const reports = await stopDaemon(workplace, projects, graceMs);
  const survivors = reports.flatMap((report) => report.survivors);
  const { running, pid } = await statusOf(workplace, projects);
  if (words.has('json')) printJson({ stopped: reports.length > 0, running, survivors });
  else if (running) print([`[ERROR] it runs in the foreground of somebody else, who has to end it: pid ${pid ?? '?'}`]);
  else print([reports.length > 0 ? '[OK] stopped' : '[OK] it was not running']);
  for (const { pid: left, why } of survivors) console.error(`holdfast: still alive: ${left} (${printable(why)})`);
  if (running || survivors.length > 0) process.exitCode = EXIT_NOT_DONE;
}

async function status({ words, workplace, projects }: Given): Promise<void> {
  const found = await statusOf(workplace, projects);
  show(words, found, found.running ? 'runs' : 'does not run');
  if (!found.running) process.exitCode = EXIT_NOT_DONE;
}

async function run({ words, workplace, projects }: Given): Promise<void> {
  const tell = (word: string, found: DaemonStatus, line: string): void => {
    if (words.has('tell')) tellStarter(`${word}\n`);
    else if (words.has('json')) printJson(found);
    else print([line]);
  };
  const pending = workplace.store.items('outbox').length;
  const onRunning = (): void => tell('running', { running: true, pid: process.pid, pending }, '[OK] runs');
  const how = await runDaemon({ workplace, projects, intervalMs: intervalIn(words, workplace), onRunning });
  if (how === 'busy') tell('busy', await statusOf(workplace, projects), '[WARNING] another daemon of these projects runs');
  endDespiteHungCalls();
}

/** A starter that was killed meanwhile need not know. */
function tellStarter(line: string): void {
  try {
    writeSync(TELL_FD, line);
    closeSync(TELL_FD);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

function show(words: Arguments, found: DaemonStatus, what: string): void {
  if (words.has('json')) return printJson(found);
  const { pid, owner, ageMs, memoryBytes, pending, notes } = found;
  const facts = [
    pid === undefined ? [] : `pid ${pid}`,
    owner === undefined ? [] : `owner ${owner.pid}${owner.name === undefined ? '' : ` (${printable(owner.name)})`}`,
    ageMs === undefined ? [] : `for ${shownTime(ageMs)}`,
    memoryBytes === undefined ? [] : shownMemory(memoryBytes),
    typeof notes?.savedAt === 'number' ? `last save ${shownTime(Date.now() - notes.savedAt)} ago` : [],
    `${pending} waiting to be sent`,
  ].flat();
  print([`[${found.running ? 'OK' : 'WARNING'}] the save daemon ${what}: ${facts.join(', ')}`]);
}

function intervalIn(words: Arguments, { config }: Workplace): number {
  const interval = timeIn(words, 'interval') ?? config.daemon.intervalSeconds * 1000;
  if (interval >= 1000) return interval;
  throw new Misuse('--interval expects at least 1s');
}

function timeIn(words: Arguments, option: string): number | undefined {
  const text = words.valueOf(option);
  return text === undefined ? undefined : durationMs(`--${option}`, text);
}
