// What a look at a project costs that finds nobody at work: the whole process, beside a Node that does nothing.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import { median, printTable, promise } from './statistics.js';

const COMMAND = join(__dirname, '..', '..', 'bin', 'holdfast.js');
const MOST_MS = 150;
const LONG_AGO = new Date(Date.now() - 7_200_000);

export function benchSaveCheck(effort: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const project = idleProject(join(directory, 'app'));
    const ways = [
      { name: 'node -e 0', args: ['-e', '0'], says: /^$/ },
      { name: 'holdfast save-check, idle', args: [COMMAND, 'save-check', '--no-sync', '--project', project], says: /^\[OK\] app idle / },
    ];
    const env = { ...process.env, HOLDFAST_HOME: join(directory, 'home'), CLAUDE_CONFIG_DIR: join(directory, 'claude') };
    const rows = ways.map(({ name }) => ({ name, values: [] as number[] }));
    for (let round = 0; round < Math.max(5, Math.round(50 * effort)); round += 1) {
      for (const [index, { name, args, says }] of ways.entries()) {
        const began = performance.now();
        const { stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
        rows[index]?.values.push(performance.now() - began);
        if (!says.test(stdout)) throw new Error(`${name} said '${stdout}'`);
      }
    }
    printTable(`an idle save-check from start to end (load ${loadavg()[0]?.toFixed(1) ?? '?'})`, 'ms', rows);
    const [bare = 0, idle = 0] = rows.map(({ values }) => median(values));
    promise('idle save-check over node -e 0, median', idle - bare, MOST_MS, ' ms');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function idleProject(path: string): string {
  mkdirSync(path);
  execFileSync('git', ['init', '--quiet', path]);
  utimesSync(join(path, '.git', 'HEAD'), LONG_AGO, LONG_AGO);
  return path;
}
