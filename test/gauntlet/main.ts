// `npm run test:gauntlet`: the whole matrix, or what is asked for, with verdicts as they come, and the tables of
// docs/guarantees.md from a whole run.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { compileFixtures } from '../support/fixtures.js';
import { makeHome, removeHome } from '../support/leaks.js';
import { enterOwnCgroup, leaveOwnCgroup } from '../support/own-cgroup.js';
import { PROJECT_ROOT } from '../support/project.js';
import { fetchMissing } from './cache.js';
import { DEATHS } from './deaths.js';
import { Interruption } from './interruption.js';
import { installedPeers, peerTable } from './peers.js';
import { unshownRoutes } from './routes.js';
import { ROWS } from './rows.js';
import { hasFailed, runMatrix, runPeers, summarise, versionsOf } from './run.js';
import { TABLE_MECHANISMS, tablesOf, writeSection } from './table.js';
import { matrix } from './trials.js';

const HELP = `usage: npm run test:gauntlet -- [options]

Every technique under every death, held by every mechanism, each beside an uncontained control that must survive.

  --mechanism M   ${TABLE_MECHANISMS.join(', ')}
  --technique T   ${ROWS.map(({ name }) => name).join(', ')}
  --death D       ${DEATHS.map(({ code, title }) => `${code} (${title})`).join(', ')}
  --all-ways      every way of each death, not one that changes from technique to technique
  --jobs N        trials at once
  --json FILE     every cell
  --peers         the other programs that promise to end what they start, too
  --write         put the tables of a whole run into docs/guarantees.md
  --offline       install nothing in the cache
  --help

Exit code 1: a promise is broken, or a route that trees name was not shown open.
`;

const OPTIONS = {
  mechanism: { type: 'string' },
  technique: { type: 'string' },
  death: { type: 'string' },
  'all-ways': { type: 'boolean', default: false },
  jobs: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'string' },
  peers: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  offline: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readOptions() {
  return parseArgs({ options: OPTIONS }).values;
}

type Asked = ReturnType<typeof readOptions>;

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

async function perform(asked: Asked): Promise<boolean> {
  const trials = matrix({ technique: asked.technique, death: asked.death, allWays: asked['all-ways'] });
  const mechanisms = TABLE_MECHANISMS.filter((one) => asked.mechanism === undefined || one === asked.mechanism);
  if (trials.length === 0 || mechanisms.length === 0) throw new Error('no such cell: --help lists what there is');
  const run = { jobs: Number(asked.jobs), interruption: new Interruption() };
  run.interruption.listen();
  const cells = await runMatrix(run, trials, mechanisms);
  const peers = asked.peers ? installedPeers() : [];
  const peerCells = asked.peers ? await runPeers(run, peers) : [];

  summarise(cells);
  const whole = !run.interruption.come && (asked.mechanism ?? asked.technique ?? asked.death) === undefined;
  const unshown = whole ? unshownRoutes(cells) : [];
  for (const route of unshown) console.log(`NOT SHOWN OPEN: ${route}`);
  const failed = cells.filter(hasFailed);
  const versions = versionsOf(mechanisms, peers, ownVersion());
  if (asked.json !== undefined) {
    const machine = { kernel: release(), node: process.version, uid: process.getuid?.(), at: new Date().toISOString() };
    const all = { machine, versions: Object.fromEntries(versions), cells, peerCells, unshown };
    writeFileSync(asked.json, JSON.stringify(all, null, 1));
  }
  const holds = failed.length === 0 && unshown.length === 0 && !run.interruption.come;
  if (asked.write && whole && holds) {
    writeSection('gauntlet', tablesOf(cells));
    if (asked.peers) writeSection('gauntlet-peers', peerTable([...cells, ...peerCells], versions));
  }
  console.log(`${cells.length} cells, ${failed.length} failed`);
  return holds;
}

async function main(): Promise<void> {
  const asked = readOptions();
  if (asked.help) {
    process.stdout.write(HELP);
    return;
  }
  makeHome();
  if (!asked.offline) fetchMissing(asked.peers);
  compileFixtures();
  enterOwnCgroup();
  try {
    process.exitCode = (await perform(asked)) ? 0 : 1;
  } catch (error) {
    console.error(error); // here: what clean-up throws would hide it
    process.exitCode = 1;
  } finally {
    removeHome();
    await leaveOwnCgroup();
  }
}

void main();
