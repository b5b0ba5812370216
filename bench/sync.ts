// What a sync reaches at a real store of this machine, an nginx with WebDAV as Debian has it, beside curl with the same
// files and as many connections, whole processes both; what memory it needs for a large outbox; and how long it takes
// to give up a remote that hangs.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { canonicalJson } from '#lib/tools/save/context-record.js';
import { projectKeyOf } from '#lib/tools/save/project-key.js';

import { record } from '../test/tools/sync/workplace.js';
import { median, printTable, promise } from './statistics.js';
import { withWebDav } from './web-dav.js';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'holdfast.js');
const ITEMS = 1000;
const PROJECTS = 20;
const MANY = 100_000;
const MOST_MB = 120;
const BUDGET_MS = 2000;
/** 0.8 x what curl reaches. */
const MOST_TIMES = 1.25;
const FIRST_TIME = Date.now() - 3_600_000; // what is sent was saved lately

export async function benchSync(effort: number): Promise<void> {
  await withWebDav('sync', async (directory, url) => {
    const rounds = Math.max(3, Math.round(10 * effort));
    for (const concurrency of [2, 8]) measure({ directory, base: `${url}/contexts`, concurrency }, rounds);
    measureMemory(directory, `${url}/many`);
    await measureHanging(directory);
  });
}

interface Place {
  readonly directory: string;
  readonly base: string;
  readonly concurrency: number;
}

function measure(place: Place, rounds: number): void {
  const [curl, holdfast] = ['curl --parallel', 'holdfast sync'].map((name) => ({ name, values: [] as number[] })) as [Row, Row];
  for (let round = 0; round < rounds; round += 1) {
    const home = homeWith(place, ITEMS, round);
    emptyStore(place);
    curl.values.push(viaCurl(place, home));
    emptyStore(place);
    const began = performance.now();
    const said = run(home);
    holdfast.values.push(performance.now() - began);
    if (said['sent'] !== ITEMS) throw new Error(`sync said ${JSON.stringify(said)}`);
    rmSync(home, { recursive: true });
  }
  const title = `${ITEMS} contexts of ${PROJECTS} projects to nginx, ${place.concurrency} at once (load ${loadavg()[0]?.toFixed(1) ?? '?'})`;
  printTable(title, 'ms', [curl, holdfast]);
  const times = median(holdfast.values) / median(curl.values);
  promise(`${ITEMS} contexts, ${place.concurrency} at once: time beside that of curl --parallel`, times, MOST_TIMES, ' x');
}

interface Row {
  readonly name: string;
  readonly values: number[];
}

interface Item {
  readonly name: string;
  readonly url: string;
}

/** What it needs, as its outbox and as files for curl. */
function homeWith({ directory, base, concurrency }: Place, items: number, round: number): string {
  const home = mkdtempSync(join(directory, 'home-'));
  const outbox = join(home, 'state', 'outbox');
  const sync = { remote: base, flavor: 'webdav', concurrency, budgetMs: 600_000, tokenEnv: null };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ sync }), { mode: 0o600 });
  for (const path of [join(home, 'state'), outbox]) mkdirSync(path, { mode: 0o700 });
  for (let at = 0; at < items; at += 1) {
    const name = `project-${at % PROJECTS}`;
    const saved = record(`${round} ${at}`, { project: { name, root: `/src/${name}`, repo: `example.org/owner/${name}` } });
    const file = `${FIRST_TIME + at}-${saved.id}.${projectKeyOf(saved.project)}.json`;
    writeFileSync(join(outbox, file), `${canonicalJson(saved)}\n`, { mode: 0o600 });
  }
  return home;
}

function itemsIn(home: string, base: string): readonly Item[] {
  const names = readdirSync(join(home, 'state', 'outbox'));
  return names.map((name) => {
    const [, id = '', project = ''] = /-(c-[0-9a-f]+)\.(.+)\.json$/.exec(name) ?? [];
    return { name: join(home, 'state', 'outbox', name), url: `${base}/${project}/${id}.json` };
  });
}

/** To make a file takes nginx longer than to write it over: each way begins with the folders of the projects alone. */
function emptyStore({ directory }: Place): void {
  const store = join(directory, 'nginx', 'files', 'contexts');
  rmSync(store, { recursive: true, force: true });
  for (let at = 0; at < PROJECTS; at += 1) {
    const name = `project-${at}`;
    mkdirSync(join(store, projectKeyOf({ name, repo: `example.org/owner/${name}` })), { recursive: true });
  }
}

function viaCurl({ directory, base, concurrency }: Place, home: string): number {
  const lines = itemsIn(home, base).map(({ name, url }) => `upload-file = ${name}\nurl = ${url}\noutput = /dev/null\n`);
  const list = join(directory, 'curl.cfg');
  writeFileSync(list, lines.join(''));
  const lanes = ['--parallel', '--parallel-max', String(concurrency)];
  const words = ['--silent', ...lanes, '--write-out', '%{http_code}\\n', '--config', list];
  const began = performance.now();
  const { stdout } = spawnSync('curl', words, { encoding: 'utf8' });
  const took = performance.now() - began;
  const made = stdout.split('\n').filter((code) => code === '201').length;
  if (made !== ITEMS) throw new Error(`curl has made ${made} of ${ITEMS}`);
  return took;
}

type Said = Readonly<Record<string, unknown>>;

function run(home: string, words: readonly string[] = [], node: readonly string[] = []): Said {
  const env = { ...process.env, HOLDFAST_HOME: home };
  const { stdout } = spawnSync(execPath, [...node, PROGRAM, 'sync', '--json', ...words], { env, encoding: 'utf8' });
  return JSON.parse(stdout) as Said;
}

function measureMemory(directory: string, base: string): void {
  const home = homeWith({ directory, base, concurrency: 2 }, MANY, 0);
  const [told, telling] = [join(directory, 'peak'), join(directory, 'telling.cjs')];
  const peak = `process.resourceUsage().maxRSS`; // kB (getrusage(2))
  writeFileSync(telling, `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(told)}, String(${peak})))`);
  const said = run(home, ['--max', String(ITEMS)], ['--require', telling]);
  if (said['left'] !== MANY - ITEMS) throw new Error(`sync said ${JSON.stringify(said)}`);
  const mb = Number(readFileSync(told, 'utf8')) / 1024;
  printTable(`the memory of a sync that sends ${ITEMS} of ${MANY} items, at most`, 'MB', [{ name: 'holdfast sync', values: [mb] }]);
  promise(`memory of a sync with ${MANY} items in the outbox`, mb, MOST_MB, ' MB');
}

async function measureHanging(directory: string): Promise<void> {
  const server = createServer((connection) => void connection.resume().on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/contexts`;
  const home = homeWith({ directory, base, concurrency: 2 }, PROJECTS, 0);
  const values: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    const env = { ...process.env, HOLDFAST_HOME: home };
    const child = spawn(execPath, [PROGRAM, 'sync', '--now', '--budget', `${BUDGET_MS}ms`], { env });
    const [code] = (await once(child, 'exit')) as [number];
    values.push(performance.now() - began);
    if (code !== 69) throw new Error(`sync has ended with ${code}`);
  }
  server.close();
  printTable('a sync to a remote that hangs', 'ms', [{ name: `holdfast sync --budget ${BUDGET_MS}ms`, values }]);
  promise(`a sync of ${BUDGET_MS} ms to a remote that hangs`, Math.max(...values), BUDGET_MS + 200, ' ms');
}
