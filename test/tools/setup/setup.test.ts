// `holdfast setup` and `holdfast uninstall`: all of it or nothing, and the way back.

import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { AgentHome } from '../../support/agent-home.js';
import type { CommandRun } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { guards } from '../../support/leaks.js';
import { allPids, readProcFile } from '../../support/proc.js';
import { useScene } from '../../support/scene.js';

const SETTINGS = '{\n\t"model": "m"\n}\n';
const CRONTAB = '# mine\n0 4 * * * true\n';

describe('setup and uninstall', () => {
  const scene = useScene();
  let agents: AgentHome;

  beforeEach(() => {
    agents = new AgentHome(scene());
    agents.write('claude', SETTINGS);
    writeFileSync(scene().path('crontab'), CRONTAB);
    fakeCrontab('cat > "$table"');
  });

  /** A crontab(1) whose table is a file of this test, and what it does with a new one. */
  function fakeCrontab(write: string): void {
    const program = scene().path('bin/crontab');
    mkdirSync(scene().path('bin'), { recursive: true });
    const script = `#!/bin/sh\ntable='${scene().path('crontab')}'\ncase "$1" in\n-l) cat "$table" ;;\n-) ${write} ;;\n*) exit 1 ;;\nesac\n`;
    writeFileSync(program, script);
    chmodSync(program, 0o755);
  }

  async function holdfast(...args: readonly string[]): Promise<CommandRun> {
    return agents.holdfast(args, { PATH: `${scene().path('bin')}:${process.env['PATH'] ?? ''}` });
  }

  const setup = async (...args: readonly string[]): Promise<CommandRun> => holdfast('setup', '--backend', 'cron', ...args);
  const crontab = (): string => readFileSync(scene().path('crontab'), 'utf8');
  const running = (): number[] => allPids().filter((pid) => readProcFile(`/proc/${pid}/environ`)?.includes(agents.own));

  function expectNothingSetUp(): void {
    expect(agents.read('claude')).to.equal(SETTINGS);
    expect(crontab()).to.equal(CRONTAB);
  }

  it('installs the hooks of the agents that are there and the schedule, and takes them back', async () => {
    const { code, output, errors } = await setup('--yes');
    expect({ code, errors }, output).to.deep.equal({ code: 0, errors: '' });
    expect(output).to.include('[OK] claude: Stop').and.include('[OK] set up');
    expect(agents.read('claude')).to.include('hook.cjs');
    expect(crontab()).to.include('save-check --scheduled');
    expect(existsSync(join(agents.home, '.codex'))).to.equal(false);

    const back = await holdfast('uninstall', '--yes');
    expect({ code: back.code, errors: back.errors }, back.output).to.deep.equal({ code: 0, errors: '' });
    expectNothingSetUp();
  });

  it('changes nothing the second time', async () => {
    await setup('--yes');
    const before = [agents.read('claude'), crontab(), agents.backups('claude').length];
    const { code, output } = await setup('--yes');

    expect({ code, last: output.trim().split('\n').at(-1) }).to.deep.equal({ code: 0, last: '[OK] everything was there already' });
    expect([agents.read('claude'), crontab(), agents.backups('claude').length]).to.deep.equal(before);
  });

  it('has nothing to do when nothing is set up', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { code, output } = await holdfast('uninstall', '--yes');

      expect({ code, said: output.startsWith('[OK] nothing of holdfast is set up') }).to.deep.equal({ code: 0, said: true });
    }
    expectNothingSetUp();
  });

  it('shows what it would do, and does nothing with --dry-run or when nobody says yes', async () => {
    const shown = await setup('--dry-run');
    expect(shown.code).to.equal(0);
    expect(shown.output).to.match(/claude: would change .*settings\.json/).and.include('schedule: would be installed (cron, every 5 min)');
    const unasked = await setup();
    expect({ code: unasked.code, said: unasked.errors.includes('--yes') }).to.deep.equal({ code: 1, said: true });
    expectNothingSetUp();

    await setup('--yes');
    const before = [agents.read('claude'), crontab()];
    const would = await holdfast('uninstall', '--dry-run');
    expect(would.output).to.match(/claude: would change/).and.include('would remove save-check (cron)');
    expect((await holdfast('uninstall')).code).to.equal(1);
    expect([agents.read('claude'), crontab()]).to.deep.equal(before);
  });

  it('takes everything back when a hook does not work', async () => {
    agents.write('gemini', '{"hooksConfig":{"enabled":false}}');
    const { code, errors } = await setup('--yes');

    expect(code).to.equal(1);
    expect(errors).to.include('hooksConfig.enabled is false').and.include('all of it was taken back');
    expect(agents.read('gemini')).to.equal('{"hooksConfig":{"enabled":false}}');
    expectNothingSetUp();
  });

  const FAILURES: Readonly<Record<string, string>> = {
    'refuses it': 'echo no >&2; exit 1',
    'says that it took it and did not': 'cat > /dev/null',
  };
  for (const [what, write] of Object.entries(FAILURES)) {
    it(`takes everything back when the scheduler ${what}`, async () => {
      fakeCrontab(write);
      const { code, errors } = await setup('--yes');

      expect(code).to.equal(1);
      expect(errors).to.include('all of it was taken back');
      expectNothingSetUp();
    });
  }

  it('changes nothing at all when the settings of one agent are no JSON', async () => {
    agents.write('cursor', '{ // mine\n}');
    const { code, errors } = await setup('--yes');

    expect({ code, said: errors.includes('line 1, column 3') }).to.deep.equal({ code: 65, said: true });
    expect(agents.read('cursor')).to.equal('{ // mine\n}');
    expectNothingSetUp();
  });

  it('sets up hooks alone with --no-schedule', async () => {
    const { code } = await holdfast('setup', '--agent', 'codex', '--no-schedule', '--yes');

    expect(code).to.equal(0);
    expect(agents.read('codex')).to.include('hook.cjs');
    expectNothingSetUp();
  });

  it('finds hooks of projects and ends daemons, and keeps what was saved', async () => {
    await holdfast('hooks', 'install', '--agent', 'claude', '--scope', 'local');
    const elsewhere = scene().path('elsewhere');
    mkdirSync(elsewhere);
    await holdfast('hooks', 'install', '--agent', 'codex', '--scope', 'project', '--project', elsewhere);
    await holdfast('save', 'now', '--project', agents.project);
    const owner = scene().start(['sh', '-c', 'read line'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const started = await holdfast('save', 'daemon', 'start', '--project', agents.project, '--owner', String(owner.identity.pid));
    expect(started.code, started.errors).to.equal(0);
    const { code, output } = await holdfast('uninstall', '--yes', '--json');

    expect(code, output).to.equal(0);
    expect(existsSync(join(agents.project, '.claude', 'settings.local.json'))).to.equal(false);
    expect(existsSync(join(elsewhere, '.codex', 'hooks.json'))).to.equal(false);
    await eventually('the daemon is gone', () => running().length === 0 && guards(agents.own).length === 0);
    expect(readdirSync(join(agents.own, 'state', 'outbox'))).to.have.length(1);
    owner.kill('SIGKILL');
    await owner.ended();
  });

  it('tells programs what it would do and what it did', async () => {
    const planned = (await setup('--dry-run', '--json')).document();
    const done = (await setup('--yes', '--json')).document();

    expect(planned).to.deep.include({ done: false });
    expect(planned['plan']).to.deep.include({ changes: true });
    expect(done).to.deep.include({ done: true });
    expect(done['schedule']).to.include({ backend: 'cron', state: 'installed' });
  });

  for (const args of [['setup', 'word'], ['setup', '--agent', 'nobody'], ['setup', '--backend', 'at'], ['uninstall', '--all']]) {
    it(`answers \`${args.join(' ')}\` with exit code 64`, async () => {
      expect((await holdfast(...args)).code).to.equal(64);
      expectNothingSetUp();
    });
  }
});
