// A timer of the systemd user manager. systemd.timer(5), systemd.service(5), systemd.syntax(7).

import { join } from 'node:path';

import type { Backend, Registered, Step } from './backend.js';
import { differencesOf } from './files.js';
import { titleOf, type Job } from './job.js';

const CTL = ['systemctl', '--user'] as const;

export const systemd: Backend = {
  name: 'systemd',

  async unavailable(ask) {
    const { code, stdout, stderr } = await ask([...CTL, 'is-system-running']);
    const state = stdout.trim();
    if (code !== 127 && !['', 'offline', 'unknown'].includes(state)) return undefined;
    return `no systemd user manager answers: ${stderr.trim() || state}`;
  },

  render: (job) => [
    { path: join(directoryOf(job), `${unitOf(job)}.service`), text: serviceOf(job) },
    { path: join(directoryOf(job), `${unitOf(job)}.timer`), text: timerOf(job) },
  ],

  plan(change, job) {
    const timer = `${unitOf(job)}.timer`;
    const files = systemd.render(job);
    const reload: Step = { do: 'run', argv: [...CTL, 'daemon-reload'] };
    if (change === 'install') {
      return [
        ...files.map((file): Step => ({ do: 'write', ...file })),
        reload,
        { do: 'run', argv: [...CTL, 'enable', timer] },
        { do: 'run', argv: [...CTL, 'restart', timer] }, // so that another interval counts at once
      ];
    }
    return [
      { do: 'run', argv: [...CTL, 'disable', '--now', timer], mayFail: true },
      ...files.map(({ path }): Step => ({ do: 'delete', path })),
      reload,
      { do: 'run', argv: [...CTL, 'reset-failed', `${unitOf(job)}.service`], mayFail: true },
    ];
  },

  runNow: (job) => ({ do: 'run', argv: [...CTL, 'start', '--no-block', `${unitOf(job)}.service`] }),

  async look(job, ask) {
    const files = systemd.render(job);
    const { present, differences } = differencesOf(files);
    const properties = 'LoadState,ActiveState,UnitFileState,NextElapseUSecRealtime,LastTriggerUSec';
    const { stdout } = await ask([...CTL, 'show', '-p', properties, `${unitOf(job)}.timer`]);
    return registered(present, differences, propertiesIn(stdout));
  },
};

function registered(present: boolean, differences: readonly string[], facts: ReadonlyMap<string, string>): Registered {
  const loaded = facts.get('LoadState') === 'loaded';
  const wrong = (name: string, wanted: string): string[] =>
    facts.get(name) === wanted ? [] : [`${name} is ${facts.get(name) ?? 'not told'}, expected ${wanted}`];
  const next = facts.get('NextElapseUSecRealtime') ?? '';
  const last = facts.get('LastTriggerUSec') ?? '';
  return {
    present: present || loaded,
    differences: [...differences, ...wrong('LoadState', 'loaded'), ...wrong('ActiveState', 'active')],
    ...(next !== '' && { next }),
    ...(last !== '' && { last }),
    before: '',
  };
}

function propertiesIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').filter((line) => line.includes('='));
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function unitOf({ name }: Job): string {
  return `holdfast-${name}`;
}

/** Where the user manager looks, by its own environment: XDG_CONFIG_HOME is seldom in it (systemd.unit(5)). */
function directoryOf({ home }: Job): string {
  return join(home, '.config', 'systemd', 'user');
}

function serviceOf(job: Job): string {
  const environment = Object.entries(job.env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`);
  return `${[
    '[Unit]',
    `Description=${titleOf(job)}`,
    '',
    '[Service]',
    'Type=oneshot',
    ...environment,
    `ExecStart=${commandOf(job)}`,
    'TimeoutStartSec=90',
    'TimeoutStopSec=5',
    'KillMode=control-group',
    'Nice=10',
    'IOSchedulingClass=idle',
    'TasksMax=64',
    'MemoryMax=512M',
    'NoNewPrivileges=yes',
  ].join('\n')}\n`;
}

function timerOf(job: Job): string {
  return `${[
    '[Unit]',
    `Description=${titleOf(job)}`,
    '',
    '[Timer]',
    'OnActiveSec=1min',
    `OnUnitActiveSec=${job.everySeconds}s`,
    'AccuracySec=30s',
    'RandomizedDelaySec=15s',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ].join('\n')}\n`;
}

/** systemd takes no program with such characters in its path (string_is_safe(), src/basic/string-util.c). */
const UNSAFE_PROGRAM = /["'\\$*?[\]]/;

function commandOf({ argv }: Job): string {
  const [program = ''] = argv;
  const words = UNSAFE_PROGRAM.test(program) ? ['/bin/sh', '-c', 'exec "$0" "$@"', ...argv] : argv;
  return words.map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ');
}

/** One word, taken as it stands, but for `$`, which means something in a command only. */
function quoted(word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

