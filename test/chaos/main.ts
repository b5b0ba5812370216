// `npm run test:chaos`: random trees and random ends, as many as are wanted.

import { availableParallelism, release } from 'node:os';
import { parseArgs } from 'node:util';

import { compileFixtures } from '../support/fixtures.js';
import { abandonedTreeMayRemain, makeHome, removeHome } from '../support/leaks.js';
import { availableMechanisms, type LinuxMechanism } from '../support/mechanisms.js';
import { enterOwnCgroup, leaveOwnCgroup } from '../support/own-cgroup.js';
import { campaign, count, failures } from './campaign.js';
import type { Outcome, Verdict } from './run.js';

const HELP = `usage: npm run test:chaos -- [options]

Random trees that come to random ends under every mechanism. None of their processes may outlive the end, but for those
runs in which the mechanism names a route open; a share of the runs is not contained and has to survive.

  --runs N        how many (default 1000)
  --seed S        of the first run; each next run has the next number (default: from the clock)
  --mechanism M   ${availableMechanisms().join(', ')} (default: as the seed will have it)
  --jobs J        at the same time (default ${availableParallelism() * 4})
  --help

Exit code 1: somebody has survived, or a control has not. What makes the run again is printed with it.
`;

const OPTIONS = {
  runs: { type: 'string', default: '1000' },
  seed: { type: 'string', default: String(Date.now() % 1e9) },
  mechanism: { type: 'string' },
  jobs: { type: 'string', default: String(availableParallelism() * 4) },
  help: { type: 'boolean', default: false },
} as const;

const VERDICTS: readonly Verdict[] = ['dead', 'control survived', 'open, dead', 'open, alive', 'FAILED'];
const EVERY = 500;

function mechanismNamed(name: string | undefined): LinuxMechanism | undefined {
  if (name === undefined) return undefined;
  const found = availableMechanisms().find((mechanism) => mechanism === name);
  if (found === undefined) throw new Error(`--mechanism expects one of ${availableMechanisms().join(', ')}, got '${name}'`);
  return found;
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${option} expects a whole number, got '${text}'`);
  return Number(text);
}

function summary(outcomes: readonly Outcome[]): string {
  return VERDICTS.map((verdict) => `${count(outcomes, verdict)} ${verdict}`).join(', ');
}

function report(outcomes: readonly Outcome[], seconds: number): void {
  for (const mechanism of availableMechanisms()) {
    const own = outcomes.filter(({ plan }) => plan.mechanism === mechanism && !plan.control);
    if (own.length > 0) console.log(`held by ${mechanism}: ${summary(own)}`);
  }
  console.log(`${outcomes.length} runs in ${seconds.toFixed(0)} s: ${summary(outcomes)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const [runs, seed, jobs] = (['runs', 'seed', 'jobs'] as const).map((name) => wholeNumber(name, values[name]));
  const mechanism = mechanismNamed(values.mechanism);
  makeHome();
  compileFixtures();
  enterOwnCgroup();
  const began = performance.now();
  console.log(`Linux ${release()}, Node ${process.version}, uid ${String(process.getuid?.())}: ${String(runs)} runs from seed ${String(seed)}`);
  const onOutcome = (outcome: Outcome, done: number): void => {
    for (const failure of failures([outcome])) console.log(failure);
    if (done % EVERY === 0) console.log(`${done} done after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  };
  try {
    const outcomes = await campaign({ runs: runs ?? 0, seed: seed ?? 0, jobs: jobs ?? 1, mechanism, onOutcome });
    await abandonedTreeMayRemain();
    report(outcomes, (performance.now() - began) / 1000);
    process.exitCode = count(outcomes, 'FAILED') === 0 ? 0 : 1;
  } finally {
    removeHome();
    await leaveOwnCgroup();
  }
}

void main();
