// holdfast schedule with a real crontab: what is not ours stays byte for byte, and the lines run as they were meant.

import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { cron } from '#lib/tools/schedule/cron.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { itIf } from '../../support/mechanisms.js';
import { useScene } from '../../support/scene.js';
import { HARD_NAME, jobWith } from './hard-job.js';

function crontab(): Buffer | undefined {
  const { status, stdout } = spawnSync('crontab', ['-l'], { stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout : undefined;
}

function writeCrontab(bytes: Uint8Array | undefined): void {
  if (bytes !== undefined) execFileSync('crontab', ['-'], { input: bytes, stdio: ['pipe', 'ignore', 'ignore'] });
  else spawnSync('crontab', ['-r'], { stdio: 'ignore' });
}

function whyWithout(): string | undefined {
  const { error, status, stderr } = spawnSync('crontab', ['-l'], { encoding: 'utf8' });
  if (error !== undefined) return 'there is no crontab';
  return status === 0 || /no crontab for/i.test(stderr) ? undefined : stderr.trim();
}

/** What vixie-cron makes of a command: a `%` ends it, and after a backslash stands for itself (do_command.c). */
function asCronReads(line: string): string {
  const command = line.split(' ').slice(5).join(' ');
  let read = '';
  for (let at = 0; at < command.length; at += 1) {
    if (command[at] === '%') return read;
    if (command[at] === '\\' && at + 1 < command.length) {
      at += 1;
      read += command[at] === '%' ? '%' : `\\${command[at] ?? ''}`;
    } else {
      read += command[at] ?? '';
    }
  }
  return read;
}

describe('a schedule by cron', () => {
  const scene = useScene();
  const missing = whyWithout();
  let before: Buffer | undefined;

  beforeEach(() => {
    mkdirSync(scene().path('home'), { mode: 0o700 });
    if (missing === undefined) before = crontab();
  });
  afterEach(() => {
    if (missing === undefined) writeCrontab(before);
  });

  async function schedule(...words: readonly string[]): Promise<CommandRun> {
    return holdfast(scene(), ['schedule', ...words], scene().path('home'));
  }

  // Also bytes that are no UTF-8, and a comment that looks like one of ours.
  const FOREIGN = Buffer.concat([
    Buffer.from('# mine\nMAILTO=""\n\n17 4 * * *\tdate +\\%F >/dev/null\n# >>> holdfast other >>>\n# '),
    Buffer.from([0xe4, 0xff, 0x0a]),
  ]);

  itIf(missing, 'comes, is updated and goes, and leaves the lines of others byte for byte', async () => {
    writeCrontab(FOREIGN);

    expect((await schedule('install', '--backend', 'cron', '--every', '5m')).code).to.equal(0);
    expect(crontab()?.subarray(0, FOREIGN.length)).to.deep.equal(FOREIGN);
    expect(crontab()?.toString()).to.match(/\n\*\/5 \* \* \* \* PATH=.* save-check --scheduled >\/dev\/null 2>&1\n/);

    expect((await schedule('install', '--backend', 'cron', '--every', '10m')).code).to.equal(0);
    expect(crontab()?.toString().match(/save-check --scheduled/g)).to.have.length(1);
    expect((await schedule('status')).output).to.equal('[OK] save-check is installed: every 10 min by cron\n');

    expect((await schedule('remove')).output).to.equal('[OK] save-check is not scheduled any more\n');
    expect(crontab()).to.deep.equal(FOREIGN);
    expect(await schedule('remove')).to.include({ code: 0, output: '[OK] save-check was not scheduled\n' });
    expect((await schedule('status')).code).to.equal(1);
    expect(readdirSync(scene().path('home/state/schedule/backups'))).to.have.length(3);
  });

  itIf(missing, 'is none where there was none', async () => {
    writeCrontab(undefined);

    await schedule('install', '--backend', 'cron');
    expect(crontab()?.toString()).to.include(`HOLDFAST_HOME=${scene().path('home')}`);

    await schedule('remove');
    expect(crontab()).to.equal(undefined);
  });

  itIf(missing, 'is seen to have been changed', async () => {
    await schedule('install', '--backend', 'cron');
    writeCrontab(Buffer.from((crontab()?.toString() ?? '').replace('*/5', '*/7')));

    const { code, output } = await schedule('status');

    expect(code).to.equal(75);
    expect(output).to.match(/^\[WARNING\] save-check is drifted: .*\n {2}the lines of the crontab have been changed\n$/);
    await schedule('install', '--backend', 'cron');
    expect((await schedule('status')).code).to.equal(0);
  });

  itIf(missing, 'changes nothing in a dry run', async () => {
    writeCrontab(FOREIGN);

    const { code, output } = await schedule('install', '--backend', 'cron', '--dry-run');

    expect([code, output]).to.deep.equal([0, 'would run crontab -\n']);
    expect(crontab()).to.deep.equal(FOREIGN);
    expect(readdirSync(scene().path('home'))).to.not.include('state');
  });

  it('runs with every path as it was meant', () => {
    const directory = scene().path(HARD_NAME);
    mkdirSync(directory);
    symlinkSync(process.execPath, join(directory, 'node'));
    const script = join(directory, 'tell.js');
    const told = scene().path('told');
    writeFileSync(script, `require('fs').writeFileSync(${JSON.stringify(told)}, JSON.stringify([process.env.HOLDFAST_HOME, process.argv.slice(2)]))`);
    const job = jobWith({ argv: [join(directory, 'node'), script, HARD_NAME], env: { HOLDFAST_HOME: HARD_NAME } });
    const [, line = ''] = cron.render(job)[0]?.text.split('\n') ?? [];

    execFileSync('/bin/sh', ['-c', asCronReads(line)]);

    expect(JSON.parse(execFileSync('cat', [told], { encoding: 'utf8' }))).to.deep.equal([HARD_NAME, [HARD_NAME]]);
  });

  it('warns of less than 5 minutes, and refuses what cannot be', async () => {
    expect((await schedule('install', '--dry-run', '--backend', 'cron', '--every', '1m')).errors).to.match(/^\[WARNING\] more often/);
    expect((await schedule('install', '--dry-run', '--backend', 'cron', '--every', '30s')).code).to.equal(64);
    expect((await schedule('install', '--backend', 'at')).code).to.equal(64);
    expect((await schedule('pause')).errors).to.match(/schedule expects one of install, status, remove, run-now, print/);
  });
});
