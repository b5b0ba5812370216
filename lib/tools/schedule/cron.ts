// A line of the user's crontab, between two comments that are ours. Every other byte of the crontab stays. crontab(5).

import { EXIT, ToolFailure } from '../failure.js';
import type { Ask, Backend } from './backend.js';
import { titleOf, type Job } from './job.js';

const CRONTAB = 'crontab';
/** cron's own has no /usr/local/bin. */
const PATH = '/usr/local/bin:/usr/bin:/bin';

export const cron: Backend = {
  name: 'cron',

  async unavailable(ask) {
    const { code, stderr } = await ask([CRONTAB, '-l']);
    if (code === 127) return 'there is no program crontab';
    return code === 0 || saysEmpty(stderr) ? undefined : stderr.trim();
  },

  render: (job) => [{ path: 'crontab', text: blockOf(job) }],

  plan(change, job, before) {
    const others = withoutBlock(before, job);
    const ended = others === '' || others.endsWith('\n') ? others : `${others}\n`;
    const after = change === 'install' ? `${ended}${bytesOf(blockOf(job))}` : others;
    if (after === before) return [];
    return [{ do: 'run', argv: after === '' ? [CRONTAB, '-r'] : [CRONTAB, '-'], ...(after !== '' && { input: after }) }];
  },

  // cron starts nothing on demand: its command is run as cron would.
  runNow: (job) => ({ do: 'run', argv: ['/bin/sh', '-c', commandOf(job)] }),

  async look(job, ask) {
    const before = await crontabNow(ask);
    const present = before.includes(firstLineOf(job));
    const differences = present && !before.includes(bytesOf(blockOf(job))) ? ['the lines of the crontab have been changed'] : [];
    return { present, differences, before };
  },
};

async function crontabNow(ask: Ask): Promise<string> {
  const { code, stdout, stderr } = await ask([CRONTAB, '-l']);
  if (code === 0) return stdout;
  if (saysEmpty(stderr)) return '';
  throw new ToolFailure(EXIT.notPermitted, `the crontab cannot be read: ${stderr.trim()}`);
}

/** One character a byte, as the crontab is read. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function saysEmpty(stderr: string): boolean {
  return /no crontab for/i.test(stderr);
}

function firstLineOf({ name }: Job): string {
  return `# >>> holdfast ${name} >>>`;
}

function lastLineOf({ name }: Job): string {
  return `# <<< holdfast ${name} <<<`;
}

function blockOf(job: Job): string {
  const head = `${firstLineOf(job)} ${titleOf(job)}; managed: 'holdfast schedule remove' takes it out`;
  return `${head}\n${whenOf(job)} ${escapedForCron(commandOf(job))}\n${lastLineOf(job)}\n`;
}

/** Everything but our lines, byte for byte. A block without an end is only as long as its command. */
function withoutBlock(text: string, job: Job): string {
  const from = text.indexOf(firstLineOf(job));
  if (from < 0 || (from > 0 && text[from - 1] !== '\n')) return text;
  const last = text.indexOf(lastLineOf(job), from);
  if (last < 0) throw new ToolFailure(EXIT.notDone, `the crontab has '${firstLineOf(job)}' without its end: correct it by hand`);
  const to = text.indexOf('\n', last);
  return text.slice(0, from) + (to < 0 ? '' : text.slice(to + 1));
}

/** Every day alike: what does not divide an hour or a day cannot be said. */
function whenOf({ everySeconds }: Job): string {
  const minutes = everySeconds / 60;
  if (minutes < 60 && Number.isInteger(minutes) && 60 % minutes === 0) return `*/${minutes} * * * *`;
  const hours = minutes / 60;
  if (Number.isInteger(hours) && 24 % hours === 0) return hours === 24 ? '0 0 * * *' : `0 */${hours} * * *`;
  const most = 'whole minutes that divide an hour, or whole hours that divide a day';
  throw new ToolFailure(EXIT.usage, `cron can start nothing every ${everySeconds} s: --every expects ${most}`);
}

function commandOf({ argv, env }: Job): string {
  const environment = Object.entries({ PATH, ...env }).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...environment, ...argv.map(quoted), '>/dev/null', '2>&1'].join(' ');
}

/** One word of sh(1), taken as it stands. */
function quoted(word: string): string {
  return /^[\w./:@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** cron ends a command at a `%`. After a backslash it would take the escape for another: an empty '' goes between. */
function escapedForCron(command: string): string {
  return command.replaceAll('\\%', "\\''%").replaceAll('%', '\\%');
}
