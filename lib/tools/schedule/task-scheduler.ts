// A task of the Windows Task Scheduler, for the user who installs it, while that is logged on: it needs no password and
// no elevation, and shows no window. Schema: learn.microsoft.com, taskschd, "Task Scheduler Schema".

import { win32 } from 'node:path';

import { EXIT, ToolFailure } from '../failure.js';
import type { Backend, RenderedFile, Step } from './backend.js';
import { differencesOf } from './files.js';
import { titleOf, type Job } from './job.js';
import { escapedForXml, textOfElement } from './xml.js';

const SCHTASKS = 'schtasks.exe';

/** The user whose task it is, and the program without a window that runs the command contained. */
export interface WindowsPlace {
  readonly sid: string;
  readonly launcher: string;
}

const LAUNCH_LIMIT = '100s';

export function taskScheduler({ sid, launcher }: WindowsPlace): Backend {
  const render = (job: Job): readonly RenderedFile[] => [
    { path: win32.join(job.directory, `${job.name}.cjs`), text: scriptOf(job) },
    { path: win32.join(job.directory, `${job.name}.xml`), text: taskOf(job, sid, launcher), encoding: 'utf16le' },
  ];
  return {
    name: 'task-scheduler',
    render,

    async unavailable(ask) {
      const { code } = await ask([SCHTASKS, '/?']);
      return code === 127 ? 'there is no program schtasks' : undefined;
    },

    plan(change, job) {
      const [script, task] = render(job) as [RenderedFile, RenderedFile];
      if (change === 'install') {
        const create: Step = { do: 'run', argv: [SCHTASKS, '/Create', '/TN', taskNameOf(job), '/XML', task.path, '/F'] };
        return [{ do: 'write', ...script }, { do: 'write', ...task }, create];
      }
      const remove: Step = { do: 'run', argv: [SCHTASKS, '/Delete', '/TN', taskNameOf(job), '/F'], mayFail: true };
      return [remove, { do: 'delete', path: task.path }, { do: 'delete', path: script.path }];
    },

    runNow: (job) => ({ do: 'run', argv: [SCHTASKS, '/Run', '/TN', taskNameOf(job)] }),

    async look(job, ask) {
      const files = render(job);
      const { present, differences } = differencesOf(files);
      const { code, stdout } = await ask([SCHTASKS, '/Query', '/TN', taskNameOf(job), '/XML', 'ONE']);
      const wanted = files[1]?.text ?? '';
      const changed = code === 0 ? changesIn(stdout.replaceAll('\0', ''), wanted) : ['the Task Scheduler does not know it'];
      return { present: present || code === 0, differences: [...differences, ...changed], before: '' };
    },
  };
}

const COMPARED = ['Interval', 'MultipleInstancesPolicy', 'StopIfGoingOnBatteries', 'Command', 'Arguments'] as const;

/** Not the whole text: the service adds elements, and schtasks writes in the code page of the console. */
function changesIn(told: string, wanted: string): string[] {
  const comparable = (xml: string, name: string): string | undefined =>
    textOfElement(xml, name)?.replace(/[^\x20-\x7e]+|\?+/g, '?');
  return COMPARED.filter((name) => comparable(told, name) !== comparable(wanted, name)).map((name) => `${name} has been changed`);
}

function taskNameOf({ name }: Job): string {
  return `\\holdfast\\${name}`;
}

/** A task has no environment of its own. */
function scriptOf({ argv, env }: Job): string {
  const [, script = '', ...args] = argv;
  return `${[
    '// Written by holdfast schedule install: the command of the task, with what it has to find in its environment.',
    ...Object.entries(env).map(([name, value]) => `process.env[${literal(name)}] = ${literal(value)};`),
    `process.argv.splice(1, Infinity, ${[script, ...args].map(literal).join(', ')});`,
    `require(${literal(script)});`,
  ].join('\n')}\n`;
}

function literal(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function taskOf(job: Job, sid: string, launcher: string): string {
  const [node = ''] = job.argv;
  const words = ['run', '--timeout', LAUNCH_LIMIT, '--', node, win32.join(job.directory, `${job.name}.cjs`)];
  const text = (name: string, value: string): string => `<${name}>${escapedForXml(value)}</${name}>`;
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    `    ${text('Description', titleOf(job))}`,
    `    ${text('URI', taskNameOf(job))}`,
    '  </RegistrationInfo>',
    '  <Triggers>',
    '    <TimeTrigger>',
    `      <Repetition>${text('Interval', durationOf(job))}${text('StopAtDurationEnd', 'false')}</Repetition>`,
    `      ${text('StartBoundary', '2026-01-01T00:00:00')}`,
    `      ${text('Enabled', 'true')}`,
    '    </TimeTrigger>',
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    `      ${text('UserId', sid)}`,
    `      ${text('LogonType', 'InteractiveToken')}`,
    `      ${text('RunLevel', 'LeastPrivilege')}`,
    '    </Principal>',
    '  </Principals>',
    ...settings(text),
    '  <Actions Context="Author">',
    '    <Exec>',
    `      ${text('Command', plainPath(launcher))}`,
    `      ${text('Arguments', words.map((word) => quotedForWindows(plainPath(word))).join(' '))}`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
    '',
  ].join('\r\n');
}

/** A laptop on its battery saves too; a run that hangs is cut off, though the launcher does so before. */
function settings(text: (name: string, value: string) => string): readonly string[] {
  const values: readonly (readonly [string, string])[] = [
    ['MultipleInstancesPolicy', 'IgnoreNew'],
    ['DisallowStartIfOnBatteries', 'false'],
    ['StopIfGoingOnBatteries', 'false'],
    ['AllowHardTerminate', 'true'],
    ['StartWhenAvailable', 'true'],
    ['RunOnlyIfNetworkAvailable', 'false'],
    ['AllowStartOnDemand', 'true'],
    ['Enabled', 'true'],
    ['Hidden', 'false'],
    ['RunOnlyIfIdle', 'false'],
    ['WakeToRun', 'false'],
    ['ExecutionTimeLimit', 'PT2M'],
    ['Priority', '7'],
  ];
  return ['  <Settings>', ...values.map(([name, value]) => `    ${text(name, value)}`), '  </Settings>'];
}

function durationOf({ everySeconds }: Job): string {
  return everySeconds % 60 === 0 ? `PT${everySeconds / 60}M` : `PT${everySeconds}S`;
}

/** The Task Scheduler replaces %NAME% and $(ArgN), and there is no way to write them otherwise. */
function plainPath(path: string): string {
  if (!/%[^%]+%|\$\(/.test(path)) return path;
  throw new ToolFailure(EXIT.usage, `the Task Scheduler would replace a part of '${path}': move it to a path without % and $(`);
}

/** One word, as CommandLineToArgvW(shellapi.h) takes it apart. */
function quotedForWindows(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
