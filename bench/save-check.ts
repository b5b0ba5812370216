// What a look at a project costs that finds nobody at work: the whole process, beside a Node that does nothing, and
// whatever the size of the project is.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import { median, printTable, promise } from './statistics.js';

const COMMAND = join(__dirname, '..', '..', 'bin', 'holdfast.js');
const MOST_MS = 150;
const MOST_MORE_MS = 5;
const MANY = 100_000;
const IN_A_DIRECTORY = 1000;
const LONG_AGO = new Date(Date.now() - 7_200_000);

export function benchSaveCheck(effort: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const small = idleProject(join(directory, 'small'));
    const large = idleProject(join(directory, 'large'));
    fill(large);
    const checkOf = (project: string): string[] => [COMMAND, 'save-check', '--no-sync', '--project', project];
    const ways = [
      { name: 'node -e 0', args: ['-e', '0'], says: /^$/ },
      { name: 'holdfast save-check, idle', args: checkOf(small), says: /^\[OK\] small idle / },
      { name: `the same among ${MANY} files`, args: checkOf(large), says: /^\[OK\] large idle / },
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
    const [bare = 0, idle = 0, among = 0] = rows.map(({ values }) => median(values));
    promise('idle save-check over node -e 0, median', idle - bare, MOST_MS, ' ms');
    promise(`idle save-check among ${MANY} files over one among none, median`, among - idle, MOST_MORE_MS, ' ms');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function fill(path: string): void {
  for (let at = 0; at < MANY; at += 1) {
    const folder = join(path, `d${Math.floor(at / IN_A_DIRECTORY)}`);
    if (at % IN_A_DIRECTORY === 0) mkdirSync(folder);
    writeFileSync(join(folder, `f${at}`), '');
  }
}

function idleProject(path: string): string {
  mkdirSync(path);
  execFileSync('git', ['init', '--quiet', path]);
  utimesSync(join(path, '.git', 'HEAD'), LONG_AGO, LONG_AGO);
  return path;
}
