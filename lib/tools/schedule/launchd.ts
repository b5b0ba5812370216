// An agent of launchd in the user's session. launchd.plist(5), launchctl(1). A job of launchd has pid 1 as its parent,
// by design.

import { posix } from 'node:path';

import type { Backend, Step } from './backend.js';
import { differencesOf } from './files.js';
import type { Job } from './job.js';
import { escapedForXml } from './xml.js';

const CTL = 'launchctl';

export const launchd: Backend = {
  name: 'launchd',

  async unavailable(ask) {
    const { code, stderr } = await ask([CTL, 'print', domain()]);
    return code === 0 ? undefined : `launchd has no session of this user: ${stderr.trim()}`;
  },

  render: (job) => [{ path: posix.join(job.home, 'Library', 'LaunchAgents', `${labelOf(job)}.plist`), text: plistOf(job) }],

  plan(change, job) {
    const files = launchd.render(job);
    const bootOut: Step = { do: 'run', argv: [CTL, 'bootout', `${domain()}/${labelOf(job)}`], mayFail: true };
    if (change === 'remove') return [bootOut, ...files.map(({ path }): Step => ({ do: 'delete', path }))];
    return [
      ...files.map((file): Step => ({ do: 'write', ...file })),
      bootOut, // a job that is there already is error 5
      ...files.map(({ path }): Step => ({ do: 'run', argv: [CTL, 'bootstrap', domain(), path] })),
    ];
  },

  runNow: (job) => ({ do: 'run', argv: [CTL, 'kickstart', `${domain()}/${labelOf(job)}`] }),

  async look(job, ask) {
    const { present, differences } = differencesOf(launchd.render(job));
    const { code } = await ask([CTL, 'print', `${domain()}/${labelOf(job)}`]);
    const unknown = code === 0 ? [] : ['launchd does not know it'];
    return { present: present || code === 0, differences: [...differences, ...unknown], before: '' };
  },
};

function domain(): string {
  return `gui/${process.getuid?.() ?? 0}`;
}

function labelOf({ name }: Job): string {
  return `io.holdfast.${name}`;
}

function plistOf(job: Job): string {
  const argv = job.argv.map((word) => `    <string>${escapedForXml(word)}</string>`);
  const environment = Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...job.env }).flatMap(([name, value]) => [
    `    <key>${escapedForXml(name)}</key>`,
    `    <string>${escapedForXml(value)}</string>`,
  ]);
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    ...[`  <key>Label</key>`, `  <string>${labelOf(job)}</string>`],
    ...['  <key>ProgramArguments</key>', '  <array>', ...argv, '  </array>'],
    ...['  <key>EnvironmentVariables</key>', '  <dict>', ...environment, '  </dict>'],
    ...['  <key>StartInterval</key>', `  <integer>${job.everySeconds}</integer>`],
    ...['  <key>RunAtLoad</key>', '  <true/>'],
    ...['  <key>ProcessType</key>', '  <string>Background</string>'],
    ...['  <key>LowPriorityIO</key>', '  <true/>'],
    ...['  <key>AbandonProcessGroup</key>', '  <false/>'],
    ...['  <key>ExitTimeOut</key>', '  <integer>5</integer>'],
    ...['StandardOutPath', 'StandardErrorPath'].flatMap((key) => [`  <key>${key}</key>`, '  <string>/dev/null</string>']),
    '</dict>',
    '</plist>',
  ].join('\n')}\n`;
}
