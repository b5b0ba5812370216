// Many runs, several at a time, and what came of them.

import { performance } from 'node:perf_hooks';

import { eventually } from '../support/eventually.js';
import { guards } from '../support/leaks.js';
import type { LinuxMechanism } from '../support/mechanisms.js';
import { availableMechanisms } from '../support/mechanisms.js';
import { Scene } from '../support/scene.js';
import { describeRun, perform, type Outcome, type Verdict } from './run.js';
import { planOf } from './run-plan.js';

export interface Orders {
  /** Of the first run; each next run has the next number. */
  readonly seed: number;
  readonly runs: number;
  /** One for each run as the seed will have it, if there is none. */
  readonly mechanism?: LinuxMechanism | undefined;
  readonly jobs: number;
  /** No run begins later than so many milliseconds after the first. */
  readonly withinMs?: number;
  onOutcome?(outcome: Outcome, done: number): void;
}

/** With one witness, which ends itself after three minutes (test/fixtures/heartbeat.c). */
const RUNS_TOGETHER = 100;

export async function campaign(orders: Orders): Promise<Outcome[]> {
  const { runs, withinMs = Infinity } = orders;
  const until = performance.now() + withinMs;
  const outcomes: Outcome[] = [];
  for (let from = 0; from < runs && performance.now() < until; from += RUNS_TOGETHER) {
    await runTogether(orders, { from, to: Math.min(runs, from + RUNS_TOGETHER), until }, outcomes);
  }
  return outcomes;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly until: number;
}

async function runTogether(orders: Orders, { from, to, until }: Span, outcomes: Outcome[]): Promise<void> {
  const { seed, mechanism, jobs } = orders;
  const mechanisms = availableMechanisms();
  const scene = new Scene();
  const witness = scene.control({ technique: 'plain' });
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to && performance.now() < until) {
      const plan = planOf(seed + next, mechanisms, mechanism);
      next += 1;
      const outcome = await perform(plan, scene.path(`heartbeat-${plan.seed}`), witness);
      outcomes.push(outcome);
      orders.onOutcome?.(outcome, outcomes.length);
    }
  };
  try {
    await scene.startUncontained(witness, witness.argv);
    await witness.ready();
    await Promise.all(Array.from({ length: jobs }, work));
    await eventually('every guard has ended', () => guards().length === 0);
  } finally {
    await scene.end();
  }
}

export function failures(outcomes: readonly Outcome[]): string[] {
  const failed = outcomes.filter(({ verdict }) => verdict === 'FAILED');
  return failed.map(({ plan, why }) => `${why ?? ''}\n${describeRun(plan)}`);
}

export function count(outcomes: readonly Outcome[], verdict: Verdict): number {
  return outcomes.filter((outcome) => outcome.verdict === verdict).length;
}
