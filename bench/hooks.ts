// What a prompt waits for its hook: the whole process, from its start to its end, with a store that can be reached (an
// nginx with WebDAV of this machine, as Debian has it) and without one. Every prompt is another one, so that each is
// saved and sent.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { printTable, promise, quantile } from './statistics.js';
import { withWebDav } from './web-dav.js';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'holdfast.js');
const ROUNDS = 100;

interface Place {
  readonly home: string;
  readonly project: string;
}

export async function benchHooks(effort: number): Promise<void> {
  await withWebDav('hooks', (directory, url) => {
    const sending = placeIn(directory, 'sending', { remote: `${url}/contexts`, flavor: 'webdav', tokenEnv: null });
    const saving = placeIn(directory, 'saving', {});
    measure(Math.max(10, Math.round(ROUNDS * effort)), sending, saving);
  });
}

function measure(rounds: number, sending: Place, saving: Place): void {
  const load = loadavg()[0] ?? 0;
  const rows = ['node -e 0', 'hook user-prompt-submit', 'hook user-prompt-submit, sent'].map((name) => ({ name, values: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    const works = [() => timed(['-e', '0'], '', ''), () => prompt(saving, round), () => prompt(sending, round)];
    for (const [index, work] of works.entries()) rows[index]?.values.push(work());
  }
  const sent = readdirSync(join(sending.home, 'state', 'sent')).length;
  if (sent !== rounds) throw new Error(`${sent} of ${rounds} prompts were sent`);
  printTable(`a hook from start to end, load ${load.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`, 'ms', rows);
  const last = rows.at(-1)?.values ?? [];
  promise('hook user-prompt-submit with a store that can be reached, p95', quantile(last, 0.95), 500, ' ms');
}

function prompt({ home, project }: Place, round: number): number {
  const payload = { session_id: 'bench', cwd: project, hook_event_name: 'UserPromptSubmit', prompt: `prompt ${round}` };
  return timed([PROGRAM, 'hook', 'user-prompt-submit', '--agent', 'claude'], JSON.stringify(payload), home);
}

function timed(args: readonly string[], input: string, home: string): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { input, env: { ...process.env, HOLDFAST_HOME: home } });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status ?? 'a signal'}`);
  return performance.now() - began;
}

/** With a repository: git is asked as in any other project. */
function placeIn(directory: string, name: string, sync: object): Place {
  const place = { home: join(directory, name), project: join(directory, `${name}-project`) };
  mkdirSync(place.home, { mode: 0o700 });
  mkdirSync(place.project);
  spawnSync('git', ['init', '--quiet', place.project]);
  writeFileSync(join(place.home, 'config.json'), JSON.stringify({ sync }), { mode: 0o600 });
  return place;
}
