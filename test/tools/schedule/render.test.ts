// What each scheduler is told, read by a program that is not ours: systemd-analyze, Python's plistlib and its XML.

import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { Backend, RenderedFile } from '#lib/tools/schedule/backend.js';
import { cron } from '#lib/tools/schedule/cron.js';
import { checkedJob, type Job } from '#lib/tools/schedule/job.js';
import { launchd } from '#lib/tools/schedule/launchd.js';
import { systemd } from '#lib/tools/schedule/systemd.js';
import { taskScheduler } from '#lib/tools/schedule/task-scheduler.js';

import { itIf } from '../../support/mechanisms.js';
import { useScene } from '../../support/scene.js';
import { HARD_NAME, jobWith } from './hard-job.js';

const SID = 'S-1-5-21-1-2-3-1001';
const LAUNCHER = 'C:\\Program Files\\holdfast\\holdfast-guardw.exe';
const windows = taskScheduler({ sid: SID, launcher: LAUNCHER });

function whyMissing(program: string): string | undefined {
  return spawnSync(program, ['--version']).error === undefined ? undefined : `there is no ${program}`;
}

function python(program: string, input: string | Buffer): string {
  return execFileSync('python3', ['-c', program], { input, encoding: 'utf8', env: { ...process.env, PYTHONUTF8: '1' } });
}

function only(files: readonly RenderedFile[], end: string): string {
  const file = files.find(({ path }) => path.endsWith(end));
  if (file === undefined) throw new Error(`nothing ends in ${end}`);
  return file.text;
}

describe('a unit of systemd', () => {
  const scene = useScene();

  /** A Node whose path is as hard as can be. */
  function hardJob(): Job {
    const directory = scene().path(HARD_NAME);
    mkdirSync(directory);
    const node = join(directory, 'node');
    symlinkSync(process.execPath, node);
    return jobWith({ argv: [node, join(directory, 'holdfast.js'), '--config', HARD_NAME], env: { HOLDFAST_HOME: HARD_NAME } });
  }

  itIf(whyMissing('systemd-analyze'), 'is verified by systemd-analyze, whatever its paths', () => {
    for (const job of [jobWith({ argv: [process.execPath, 'x'] }), hardJob()]) {
      const paths = systemd.render(job).map(({ path, text }) => {
        const copy = scene().path(basename(path));
        writeFileSync(copy, text);
        return copy;
      });
      const env = { ...process.env, XDG_RUNTIME_DIR: scene().directory, HOME: scene().directory };

      const { status, stderr } = spawnSync('systemd-analyze', ['--user', 'verify', ...paths], { env, encoding: 'utf8' });

      const said = stderr.split('\n').filter((line) => line.includes('holdfast-save-check'));
      expect([status, said]).to.deep.equal([0, []]);
    }
  });

  it('keeps what means something to systemd', () => {
    const service = only(systemd.render(jobWith({ argv: ['/x/%n/node', '$HOME', '%h', '"\\'], env: { A: '$b %c "d' } })), '.service');

    expect(service).to.include('ExecStart="/x/%%n/node" "$$HOME" "%%h" "\\"\\\\"\n');
    expect(service).to.include('Environment="A=$b %%c \\"d"\n');
  });

  it('comes and goes by these steps, and an update counts at once', () => {
    const steps = (change: 'install' | 'remove'): string[] =>
      systemd.plan(change, jobWith(), '').map((step) => (step.do === 'run' ? step.argv.join(' ') : `${step.do} ${step.path}`));
    const files = '/home/me/.config/systemd/user/holdfast-save-check';

    expect(steps('install')).to.deep.equal([
      ...[`write ${files}.service`, `write ${files}.timer`, 'systemctl --user daemon-reload'],
      ...['systemctl --user enable holdfast-save-check.timer', 'systemctl --user restart holdfast-save-check.timer'],
    ]);
    expect(steps('remove')).to.deep.equal([
      ...['systemctl --user disable --now holdfast-save-check.timer', `delete ${files}.service`, `delete ${files}.timer`],
      ...['systemctl --user daemon-reload', 'systemctl --user reset-failed holdfast-save-check.service'],
    ]);
  });

  it('is as it is told by a manager, and differs in words', async () => {
    const answer = (stdout: string) => Promise.resolve({ code: 0, stdout, stderr: '' });
    const running = 'LoadState=loaded\nActiveState=active\nLastTriggerUSec=Wed 2026-11-25 09:00:00 UTC\n';

    const found = await systemd.look(jobWith({ home: scene().directory }), () => answer(running));
    const stopped = await systemd.look(jobWith({ home: scene().directory }), () => answer('LoadState=not-found\n'));

    expect(found).to.include({ present: true, last: 'Wed 2026-11-25 09:00:00 UTC' });
    expect(found.differences.join()).to.match(/\.service is missing,.*\.timer is missing$/);
    expect(stopped.present).to.equal(false);
    expect(stopped.differences).to.include('LoadState is not-found, expected loaded');
  });
});

describe('a property list of launchd', () => {
  it('is read as it was meant, whatever its paths', () => {
    const argv = [`/${HARD_NAME}/node`, HARD_NAME];
    const job = jobWith({ argv, env: { HOLDFAST_HOME: HARD_NAME }, everySeconds: 420 });

    const read = python(
      'import sys, plistlib, json; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))',
      only(launchd.render(job), '.plist'),
    );

    expect(JSON.parse(read)).to.deep.include({
      Label: 'io.holdfast.save-check',
      ProgramArguments: argv,
      EnvironmentVariables: { PATH: '/usr/local/bin:/usr/bin:/bin', HOLDFAST_HOME: HARD_NAME },
      StartInterval: 420,
      RunAtLoad: true,
      AbandonProcessGroup: false,
    });
  });

  it('is bootstrapped after one that is there was booted out', () => {
    const steps = launchd.plan('install', jobWith(), '').map((step) => (step.do === 'run' ? step.argv.slice(0, 2) : step.do));

    expect(steps).to.deep.equal(['write', ['launchctl', 'bootout'], ['launchctl', 'bootstrap']]);
  });
});

describe('a task of the Task Scheduler', () => {
  const job = jobWith({
    argv: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\holdfast\\bin\\holdfast.js', 'save-check', '--config', 'C:\\\u00e4 %1\\$x\\c.json'],
    directory: 'C:\\Users\\J\u00fcrgen & S\u00f6hne 100%\\State\\schedule',
  });
  // xsd:sequence of the schema; within Settings the order is free (xsd:all), and every element stands once.
  const SEQUENCE: Readonly<Record<string, readonly string[]>> = {
    Task: ['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions'],
    TimeTrigger: ['Repetition', 'StartBoundary', 'Enabled'],
    Repetition: ['Interval', 'StopAtDurationEnd'],
    Exec: ['Command', 'Arguments'],
  };

  it('is well-formed, in UTF-16 with a byte order mark, and in the order of the schema', () => {
    const file = windows.render(job).find(({ path }) => path.endsWith('.xml'));
    const bytes = Buffer.from(`\ufeff${file?.text ?? ''}`, file?.encoding);
    const tell = `
import sys, json, xml.etree.ElementTree as tree
name = lambda node: node.tag.split('}')[1]
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps({'order': {name(n): [name(c) for c in n] for n in root.iter() if len(n)},
  'text': {name(n): n.text for n in root.iter() if not len(n)}}))`;

    const { order, text } = JSON.parse(python(tell, bytes)) as {
      readonly order: Readonly<Record<string, readonly string[]>>;
      readonly text: Readonly<Record<string, string>>;
    };

    expect([...bytes.subarray(0, 2)]).to.deep.equal([0xff, 0xfe]);
    for (const [element, children] of Object.entries(SEQUENCE)) expect(order[element], element).to.deep.equal(children);
    expect(new Set(order['Settings']).size).to.equal(order['Settings']?.length);
    expect(text).to.include({ Interval: 'PT5M', UserId: SID, MultipleInstancesPolicy: 'IgnoreNew', Command: LAUNCHER });
    const script = 'C:\\Users\\J\u00fcrgen & S\u00f6hne 100%\\State\\schedule\\save-check.cjs';
    expect(text['Arguments']).to.equal(`run --timeout 100s -- "C:\\Program Files\\nodejs\\node.exe" "${script}"`);
  });

  it('finds what it needs in its environment, by a script that Node reads as it was meant', () => {
    const script = only(windows.render(jobWith({ ...job, env: { HOLDFAST_HOME: HARD_NAME } })), '.cjs');
    const called = script.replace(/^require\(.*$/m, 'console.log(JSON.stringify([process.env.HOLDFAST_HOME, process.argv.slice(2)]))');

    const told = execFileSync(process.execPath, ['-e', called, 'x'], { encoding: 'utf8' });

    expect(JSON.parse(told)).to.deep.equal([HARD_NAME, ['save-check', '--config', 'C:\\\u00e4 %1\\$x\\c.json']]);
    expect(script).to.match(/^[\x20-\x7e\n]*$/);
  });

  it('is not made of paths that the Task Scheduler would change', () => {
    for (const path of ['C:\\%TEMP%\\x', 'C:\\$(Arg0)\\x']) {
      expect(() => windows.render({ ...job, directory: path })).to.throw(/would replace a part/);
    }
  });

  it('is drifted when the service has another interval, and not for its own additions', async () => {
    const text = only(windows.render(job), '.xml').replaceAll('\u00fc', '?');
    const look = async (stdout: string): Promise<string> => {
      const { differences } = await windows.look(job, () => Promise.resolve({ code: 0, stdout, stderr: '' }));
      return differences.filter((difference) => !difference.includes('is missing')).join();
    };

    expect(await look(text.replace('<Settings>', '<Settings><UseUnifiedSchedulingEngine>true</UseUnifiedSchedulingEngine>'))).to.equal('');
    expect(await look(text.replace('PT5M', 'PT1M'))).to.equal('Interval has been changed');
  });
});

describe('a line of cron', () => {
  const EVERY: readonly (readonly [seconds: number, when: string])[] = [
    [60, '*/1 * * * *'],
    [300, '*/5 * * * *'],
    [3600, '0 */1 * * *'],
    [21600, '0 */6 * * *'],
    [86400, '0 0 * * *'],
  ];
  for (const [everySeconds, when] of EVERY) {
    it(`says ${everySeconds} s as ${when}`, () => {
      expect(only(cron.render(jobWith({ everySeconds })), 'crontab').split('\n')[1]).to.match(/^[\d*]/).and.include(`${when} PATH=`);
    });
  }

  for (const everySeconds of [90, 420, 18_000]) {
    it(`refuses ${everySeconds} s, which it cannot say`, () => {
      expect(() => cron.render(jobWith({ everySeconds }))).to.throw(/cron can start nothing every/);
    });
  }
});

describe('a job', () => {
  const BAD: readonly (readonly [Partial<Job>, RegExp])[] = [
    [{ everySeconds: 59 }, /--every expects whole seconds from 60s/],
    [{ everySeconds: 61.5 }, /--every expects whole seconds/],
    [{ name: '../x' }, /--name expects letters/],
    [{ argv: ['/a\nb'] }, /control character/],
    [{ env: { HOLDFAST_HOME: '/a\x1b' } }, /control character/],
  ];
  for (const [changes, said] of BAD) {
    it(`is refused with ${String(said)}`, () => {
      expect(() => checkedJob(jobWith(changes))).to.throw(said).and.include({ exitCode: 64 });
    });
  }

  it('is taken by every backend without a question to the system', () => {
    const backends: readonly Backend[] = [systemd, launchd, cron, windows];
    const files = backends.flatMap((backend) => backend.render(jobWith()));

    expect(files.map(({ path }) => basename(path.replaceAll('\\', '/')))).to.deep.equal([
      ...['holdfast-save-check.service', 'holdfast-save-check.timer', 'io.holdfast.save-check.plist'],
      ...['crontab', 'save-check.cjs', 'save-check.xml'],
    ]);
  });
});
