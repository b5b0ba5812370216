// `holdfast schedule` on Windows: its files are taken by the Task Scheduler that is there.

import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { apply, ask } from '#lib/tools/schedule/apply.js';
import type { Job } from '#lib/tools/schedule/job.js';
import { taskScheduler } from '#lib/tools/schedule/task-scheduler.js';

import { holdfast, type CommandRun } from '../support/command.js';
import { itIf } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { oracle } from '../support/windows-oracle.js';

const NO_ANSWERS = oracle?.lackedBy('has a schtasks that answers no query, and a whoami that knows no SID');
const NAME = `test-of-holdfast-${process.pid}`;
/** Where the service keeps what it has been given. */
const TASK = join(process.env['SystemRoot'] ?? '', 'System32', 'Tasks', 'holdfast', NAME);

describe('holdfast schedule on Windows', () => {
  const scene = useScene();
  const backend = taskScheduler({ sid: oracle?.ownSid() ?? '', launcher: 'C:\\Program Files\\holdfast\\holdfast-guardw.exe' });
  const job = (everySeconds: number): Job => ({
    name: NAME,
    everySeconds,
    argv: [process.execPath, 'C:\\\u00e4 & "b"\\holdfast.js', 'save-check'],
    env: { HOLDFAST_HOME: 'C:\\\u00e4 \u65e5' },
    directory: scene().path('sch\u00e4dule & more'),
    home: 'C:\\',
  });

  /** What the service has made of the task, in whatever encoding. */
  function registered(): string {
    return readFileSync(TASK, 'latin1').replaceAll('\0', '');
  }

  it('registers a task, updates it, and takes it out', async function () {
    this.retries(3); // the service of wine 8 does not always answer within the 10 s of a call
    await apply(backend.plan('install', job(300), ''), job(300));
    const first = registered();
    await apply(backend.plan('install', job(420), ''), job(420));
    const second = registered();
    await apply(backend.plan('remove', job(420), ''), job(420));

    expect(first).to.contain(`<URI>\\holdfast\\${NAME}</URI>`).and.to.contain('every 5 min</Description>');
    expect(first).to.contain('<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>');
    expect(second).to.contain('every 7 min</Description>');
    expect(existsSync(TASK)).to.equal(false);
    expect(readdirSync(job(420).directory)).to.deep.equal(['backups']);
  });

  it('would be told of a task that is not understood', async () => {
    const [, task] = backend.render(job(300));
    const path = scene().path('broken.xml');
    writeFileSync(path, `\ufeff${(task?.text ?? '').replace('</Settings>', '')}`, 'utf16le');

    const { code } = await ask(['schtasks.exe', '/Create', '/TN', `\\holdfast\\${NAME}`, '/XML', path, '/F']);

    expect(code).not.to.equal(0);
    expect(existsSync(TASK)).to.equal(false);
  });

  itIf(NO_ANSWERS, 'installs, tells how it stands, and removes', async () => {
    const schedule = (...words: readonly string[]): Promise<CommandRun> =>
      holdfast(scene(), ['schedule', ...words, '--name', 'test-of-holdfast'], scene().path('home'));

    const installed = await schedule('install');
    const status = await schedule('status', '--json');
    const removed = await schedule('remove');
    const after = await schedule('status');

    expect(installed.code, installed.errors).to.equal(0);
    expect(status.document()).to.deep.include({ state: 'installed', differences: [] });
    expect(removed.code, removed.errors).to.equal(0);
    expect(after.code).to.equal(1);
  });
});
