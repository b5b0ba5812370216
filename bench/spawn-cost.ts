// What a spawn costs: the time for which it blocks the main thread, and the time until the program has exited. All
// contenders take turns in one process, with more and more memory resident.

import { once } from 'node:events';

import { PLAIN, contained, installedPeers, workingMechanisms, type Contender } from './contenders.js';
import { median, printTable, promise, type Row } from './statistics.js';

const MB = 1024 * 1024;
const AT_ONCE = 16;
const SIZES = [
  { name: 'small heap', bytes: 0, rounds: 100 },
  { name: '200 MB resident', bytes: 200 * MB, rounds: 40 },
  { name: '1 GB resident', bytes: 1024 * MB, rounds: 20 },
] as const;

interface Sample {
  readonly blockedMs: number;
  readonly exitMs: number;
}

async function startOne(contender: Contender, stdio: 'ignore' | 'pipe'): Promise<Sample> {
  const began = performance.now();
  const child = contender.start('/bin/true', [], stdio);
  const blockedMs = performance.now() - began;
  const closed = once(child, 'close');
  await once(child, 'exit');
  const exitMs = performance.now() - began;
  await closed;
  await child.tree?.empty; // the next sample starts in silence
  return { blockedMs, exitMs };
}

async function startMany(contender: Contender): Promise<Sample> {
  const began = performance.now();
  const children = Array.from({ length: AT_ONCE }, () => contender.start('/bin/true', [], 'ignore'));
  const blockedMs = (performance.now() - began) / AT_ONCE;
  await Promise.all(children.map((child) => once(child, 'exit')));
  const exitMs = performance.now() - began;
  for (const { tree } of children) await tree?.empty;
  return { blockedMs, exitMs };
}

type Measure = (contender: Contender) => Promise<Sample>;

type Samples = Map<Contender, Sample[]>;

async function compare(contenders: readonly Contender[], rounds: number, measure: Measure): Promise<Samples> {
  const samples = new Map(contenders.map((contender) => [contender, [] as Sample[]]));
  for (const contender of contenders) await measure(contender); // warm: modules, page cache, probes
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length] ?? PLAIN;
      samples.get(contender)?.push(await measure(contender));
    }
  }
  return samples;
}

function rowsOf(samples: Samples, what: keyof Sample): Row[] {
  return [...samples].map(([{ name }, taken]) => ({ name, values: taken.map((sample) => sample[what]) }));
}

function check(size: string, samples: Samples): void {
  const plain = samples.get(PLAIN) ?? [];
  const ratio = (taken: readonly Sample[], what: keyof Sample): number =>
    median(taken.map((sample) => sample[what])) / median(plain.map((sample) => sample[what]));
  for (const [{ name }, taken] of samples) {
    if (!name.startsWith('holdfast')) continue;
    if (size === 'small heap') {
      promise(`${name}, ${size}: blocked, to child_process.spawn`, ratio(taken, 'blockedMs'), 1.3, ' x');
      promise(`${name}, ${size}: spawn to exit, to child_process.spawn`, ratio(taken, 'exitMs'), 1.3, ' x');
    }
    if (size === '1 GB resident') {
      promise(`${name}, ${size}: blocked, to child_process.spawn`, ratio(taken, 'blockedMs'), 0.05, ' x');
    }
  }
}

export async function benchSpawnCost(effort: number): Promise<void> {
  const contenders = [PLAIN, ...workingMechanisms().map(contained), ...installedPeers()];
  const resident: Buffer[] = [];
  for (const size of SIZES) {
    const held = resident.reduce((sum, { length }) => sum + length, 0);
    resident.push(Buffer.alloc(size.bytes - held, 1));
    const rounds = Math.max(3, Math.round(size.rounds * effort));
    for (const stdio of ['ignore', 'pipe'] as const) {
      const samples = await compare(contenders, rounds, (contender) => startOne(contender, stdio));
      printTable(`${size.name}, stdio ${stdio}: main thread blocked`, 'ms', rowsOf(samples, 'blockedMs'));
      printTable(`${size.name}, stdio ${stdio}: spawn to exit`, 'ms', rowsOf(samples, 'exitMs'));
      if (stdio === 'ignore') check(size.name, samples);
    }
    const samples = await compare(contenders, Math.max(3, Math.round(rounds / 4)), startMany);
    printTable(`${size.name}, ${AT_ONCE} in one tick: main thread blocked by each`, 'ms', rowsOf(samples, 'blockedMs'));
    printTable(`${size.name}, ${AT_ONCE} in one tick: until all have exited`, 'ms', rowsOf(samples, 'exitMs'));
  }
}
