// `npm run bench [-- --quick] [-- SECTION...]`: prints tables of medians, p95 and ratios, and which of the
// project's promises this run kept.

import { cpus, release, totalmem } from 'node:os';

import { benchEndOfTree } from './end-of-tree.js';
import { benchCommandLine, benchGuardMemory } from './footprint.js';
import { benchHooks } from './hooks.js';
import { benchSaveCheck } from './save-check.js';
import { benchSpawnCost } from './spawn-cost.js';
import { printPromises } from './statistics.js';
import { benchSync } from './sync.js';

const SECTIONS: Readonly<Record<string, (effort: number) => void | Promise<void>>> = {
  memory: benchGuardMemory,
  cli: benchCommandLine,
  'save-check': benchSaveCheck,
  spawn: benchSpawnCost,
  end: benchEndOfTree,
  hooks: benchHooks,
  sync: benchSync,
};

async function main(words: readonly string[]): Promise<void> {
  const effort = words.includes('--quick') ? 0.2 : 1;
  const named = words.filter((word) => !word.startsWith('--'));
  const unknown = named.find((word) => !(word in SECTIONS));
  if (unknown !== undefined) throw new Error(`no section '${unknown}', expected ${Object.keys(SECTIONS).join(', ')}`);
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0);
  console.log(`Linux ${release()}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${memoryGb} GB, Node ${process.version}`);
  for (const [name, bench] of Object.entries(SECTIONS)) {
    if (named.length === 0 || named.includes(name)) await bench(effort);
  }
  printPromises();
}

void main(process.argv.slice(2));
