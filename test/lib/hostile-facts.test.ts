// The reader of facts under lines that no guard writes: whatever comes, it returns what its types promise. The lines
// are drawn from a seed, which a failing test names.

import { readBirth, readEnd, readMember, readRootEnd, readSurvivor, readUsage, unescapeField } from '#lib/tree/facts.js';

const RUNS = 3000;

const REAL: readonly string[] = [
  'guard 4711 270614',
  'passed-over cgroup mkdir EACCES 13',
  'mechanism subreaper broker,guard-killed',
  'owner 4710 270470',
  'record /run/user/1000/holdfast/61bf36e49a197e110acd.tree',
  'started 4712 18446744073709551615',
  'failed execvp ENOENT 2',
  'refused mechanism cgroup%20mkdir',
  'exited 0',
  'signaled 9',
  'member 4712 270614 4711 S a%20b%0a%1b%5b2J 10 4096 5',
  'usage 3 1500 4096',
  'survivor 4712 270614 uninterruptible %',
  'empty timeout 1 2 30',
];

const PIECES: readonly string[] = [' ', '  ', '%', '%zz', '%ff', '-1', '1e9', '0x10', '1'.repeat(400), 'NaN', '\0', '\u202e', '\ud800', '\n', ''];

/** Marsaglia's xorshift: the same numbers for the same seed. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

/** A real line that was damaged in up to three places. */
function damagedLine(dice: Dice): string {
  let line = dice.of(REAL);
  for (let wounds = dice.below(4); wounds > 0; wounds -= 1) {
    const at = dice.below(line.length + 1);
    line = line.slice(0, at) + dice.of([dice.of(PIECES), dice.of(REAL)]) + line.slice(at + dice.below(6));
  }
  return line;
}

function requireIdentity({ pid, startTime }: { pid: number; startTime: bigint }): void {
  requireNumbers(pid);
  if (startTime < 0n) throw new Error(`${startTime} is no time`);
}

function requireNumbers(...numbers: readonly number[]): void {
  const wrong = numbers.find((number) => !Number.isSafeInteger(number) || number < 0);
  if (wrong !== undefined) throw new Error(`${wrong} is no count`);
}

function readEverything(lines: readonly string[]): void {
  const { outcome, owner } = readBirth(lines);
  if (owner !== undefined) requireIdentity(owner);
  if (outcome.kind === 'started') requireIdentity(outcome.root);
  if (outcome.kind === 'failed') requireNumbers(outcome.errno);
  for (const line of lines) {
    const member = readMember(line);
    requireIdentity(member);
    requireNumbers(member.ppid, member.cpuMicroseconds ?? 0, member.memoryBytes ?? 0, member.ageMs ?? 0);
    const end = readRootEnd(line);
    const usage = readUsage(line);
    requireNumbers('code' in end ? end.code : end.signo, usage.processes, usage.cpuMicroseconds, usage.memoryBytes);
    const survivor = readSurvivor(line);
    requireIdentity(survivor);
    const { endedPolitely, killed, durationMs } = readEnd(line, [survivor]);
    requireNumbers(endedPolitely, killed, durationMs);
    unescapeField(line);
  }
}

describe('the reader of facts', () => {
  it(`returns what its types promise for ${RUNS} damaged stories`, () => {
    const seed = Date.now() | 1;
    const dice = new Dice(seed);

    for (let run = 0; run < RUNS; run += 1) {
      const lines = Array.from({ length: dice.below(4) }, () => damagedLine(dice));
      try {
        readEverything(lines);
      } catch (error) {
        throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(lines)}: ${String(error)}`, { cause: error });
      }
    }
  });
});
