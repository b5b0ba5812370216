// `holdfast save now` and `holdfast recall`: what they say, what they keep, and what they exit with.

import { expect } from 'chai';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isIntact, type ContextRecord } from '#lib/tools/save/context-record.js';

import { holdfast, type CommandRun } from '../../support/command.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { Repository } from './repository.js';

const SECRET = 'ghp_abcdefghijklmnopqrstuvwx';

describe('saving and recalling', () => {
  const scene = useScene();
  let repository: Repository;
  const run = async (...args: readonly string[]): Promise<CommandRun> =>
    holdfast(scene(), [...args, '--project', repository.path], scene().path('home'));
  const recordOf = (said: CommandRun): ContextRecord => said.document() as unknown as ContextRecord;

  beforeEach(() => {
    repository = Repository.create(scene().path('app'));
    mkdirSync(scene().path('home'), { mode: 0o700 });
  });

  it('prints the record that is kept, whole, and recalls the same', async () => {
    const saved = await run('save', 'now', '-m', 'the parser is done', '--json');
    const recalled = await run('recall', '--json');

    expect([saved.code, saved.errors, recalled.code, recalled.errors]).to.deep.equal([0, '', 0, '']);
    const record = recordOf(saved);
    expect(isIntact(record)).to.equal(true);
    expect(record).to.deep.include({ schema: 'holdfast/context@1', trigger: 'manual', redactions: 0, previous: null });
    expect(record.summary).to.deep.equal({ text: 'the parser is done', source: 'message', truncated: false });
    expect(record.git).to.include({ branch: 'main', head: repository.head });
    expect(recordOf(recalled)).to.deep.equal(record);
  });

  it('makes no new record of the same state, and one that names the last of another', async () => {
    const first = recordOf(await run('save', 'now', '--json'));
    const again = await run('save', 'now');
    const second = recordOf(await run('save', 'now', '-m', 'more', '--json'));

    expect(again.output).to.match(new RegExp(`^\\[OK\\] app unchanged ${first.id} \\(0 files, 2 children, \\d+ ms\\)\\n$`));
    expect(second).to.include({ previous: first.id }).and.not.include({ id: first.id });
    expect(readdirSync(scene().path('home/state/outbox'))).to.have.length(2);
  });

  it('keeps no secret of a message or a commit, and says how many there were', async () => {
    repository.git('commit', '--quiet', '--allow-empty', '--message', `use ${SECRET}`);

    const saved = await run('save', 'now', '-m', `password=hunter22 and ${SECRET}`, '--json');

    expect(recordOf(saved)).to.include({ redactions: 3 });
    const kept = filesBelow(scene().path('home')).map((path) => readFileSync(path, 'latin1')).join('\n');
    expect(kept).to.include('use [redacted]').and.not.include(SECRET).and.not.include('hunter22');
  });

  it('keeps them when the configuration says so', async () => {
    writeFileSync(scene().path('home/config.json'), '{"save":{"redact":false}}', { mode: 0o600 });

    expect(recordOf(await run('save', 'now', '-m', SECRET, '--json')).summary.text).to.equal(SECRET);
  });

  it('cuts a long message, after the secrets are taken out', async () => {
    writeFileSync(scene().path('home/config.json'), '{"save":{"lastMessageBytes":20}}', { mode: 0o600 });

    const { summary } = recordOf(await run('save', 'now', '-m', `123456789 ${SECRET} more`, '--json'));

    expect(summary).to.deep.equal({ text: '123456789 [redacted]', source: 'message', truncated: true });
  });

  it('tells in words and in Markdown, and no longer than is asked for', async () => {
    await run('save', 'now', '-m', 'two\nlines');

    const words = await run('recall');
    const markdown = await run('recall', '--markdown');
    const short = await run('recall', '--max-chars', '30');

    expect(words.output).to.match(/^Saved context of app\n\nSaved: /);
    expect(words.output).to.include(`Branch: main at ${repository.head.slice(0, 12)}\n`).and.include('\nLast message:\n\ntwo\nlines\n');
    expect(markdown.output).to.match(/^# Saved context of app\n\n- \*\*Saved\*\*: /).and.include('## Recent commits');
    expect(short.output).to.equal('Saved context of app\n\nSaved...\n');
  });

  it('shows nothing that could move a cursor or hide, neither in words nor as JSON', async () => {
    repository.write('a\u001b[2J\u202e', '');
    await run('save', 'now', '-m', 'red \u001b[31m \u202e back');

    for (const { output } of [await run('recall'), await run('recall', '--json'), await run('recall', '--markdown')]) {
      expect(output).to.match(/^[\n\x20-\x7e]*$/);
      expect(output).to.include('red ');
    }
  });

  it('finds the project from any directory of its repository', async () => {
    const { id } = recordOf(await run('save', 'now', '--json'));
    mkdirSync(join(repository.path, 'deep', 'down'), { recursive: true });

    const below = await holdfast(scene(), ['recall', '--json', '--project', join(repository.path, 'deep', 'down')], scene().path('home'));

    expect(recordOf(below).id).to.equal(id);
  });

  const MISUSES: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['save'], 64, /save expects one of now, daemon, got ''/],
    [['save', 'later'], 64, /save expects one of now, daemon, got 'later'/],
    [['save', 'now', 'what'], 64, /save now expects no arguments, got 'what'/],
    [['save', 'now', '--mesage', 'x'], 64, /save now: Unknown option '--mesage'.*the options are --message/],
    [['save', 'now', '--project', '/missing'], 1, /ENOENT.*\/missing/],
    [['save', 'now', '--config', '/missing'], 78, /the configuration cannot be read: ENOENT/],
    [['save-check', '--budget', 'soon'], 64, /--budget expects a time such as .*, got 'soon'/],
    [['save-check', '--quiet', '--json'], 64, /--quiet and --json exclude each other/],
    [['recall', '--max-chars', '0'], 64, /--max-chars expects a number from 1, got '0'/],
    [['recall'], 1, /nothing was saved of /],
  ];
  for (const [args, code, said] of MISUSES) {
    it(`ends with ${code} for ${args.join(' ')}`, async () => {
      const run64 = await holdfast(scene(), args, scene().path('home'));

      expect([run64.code, run64.output]).to.deep.equal([code, '']);
      expect(run64.errors).to.match(said);
    });
  }

  for (const command of [['save', 'now'], ['save-check', '--explain']]) {
    it(`${command.join(' ')} --quiet says nothing when all is well, and does it`, async () => {
      expect(await run(...command, '--quiet')).to.include({ code: 0, output: '', errors: '' });
      expect(readdirSync(scene().path('home/state/outbox'))).to.have.length(1);
    });
  }

  it('--quiet still says what is wrong', async () => {
    repository.write('.holdfast.json', '{"sync":{}}');

    const saved = await run('save', 'now', '--quiet');
    const checked = await run('save-check', '--quiet', '--project', '/missing');

    expect([saved.code, saved.output]).to.deep.equal([0, '']);
    expect(saved.errors).to.match(/^\[WARNING\] .*sync: a project may not set this/);
    expect(checked.code).to.equal(1);
    expect(checked.output).to.match(/^\[ERROR\] \/missing: ENOENT.*\n\[WARNING\] app: .*sync: a project may not set this.*\n$/);
  });

  it('save-check --dry-run says what it would save, and changes nothing', async () => {
    const dry = await run('save-check', '--dry-run');
    const left = readdirSync(scene().path('home'));
    await run('save-check');
    const again = await run('save-check', '--dry-run');

    expect(dry).to.include({ code: 0, errors: '' });
    expect(dry.output).to.match(/^app would-save \(\d+ ms\)\n$/);
    expect(left).to.deep.equal([]);
    expect(again.output).to.match(/^\[OK\] app unchanged /);
  });

  it('reports as JSON what a scheduler has to know', async () => {
    const report = (await run('save-check', '--json', '--no-sync')).document();

    expect(report).to.deep.include({ status: 'done', sync: null, problems: [], exitCode: 0 });
    const [project] = report['projects'] as Record<string, unknown>[];
    expect(project).to.deep.include({ name: 'app', root: repository.path, outcome: 'saved', children: 2, files: 0, warnings: [] });
    expect(JSON.parse(readFileSync(scene().path('home/state/last-run.json'), 'utf8'))).to.deep.equal(report);
  });

  it('takes from a project what it may say, and warns of the rest', async () => {
    const asked = { indicators: ['../out', '/etc/passwd'], sync: { remote: 'https://evil.example' }, interval: -1, transcriptTailBytes: 100 };
    repository.write('.holdfast.json', JSON.stringify(asked));

    const { code, errors } = await run('save', 'now');

    expect(code).to.equal(0);
    const lines = errors.trim().split('\n');
    expect(lines).to.have.length(4);
    expect(errors).to.match(/indicators: expected a list of relative paths that stay in the project/);
    expect(errors).to.match(/sync: a project may not set this/).and.match(/transcriptTailBytes: a project may not set this/);
    expect(errors).to.match(/interval: expected a whole number of seconds up to 86400, got -1/);
  });

  it('gives a program what the documents say', async () => {
    const text = readFileSync(join(PROJECT_ROOT, 'docs', 'tools.md'), 'utf8');
    const [, example = ''] = /```js\n([^]*?)```/.exec(text) ?? [];
    const file = scene().path('example.cjs');
    const tools = JSON.stringify(join(PROJECT_ROOT, 'dist', 'tools-api.js'));
    writeFileSync(file, `(async () => {\n${example.replace("'holdfast/tools'", tools)}\n})();\n`);
    const env = { ...process.env, HOLDFAST_HOME: scene().path('home') };

    const started = scene().start([process.execPath, file], { env, cwd: repository.path });
    const closed = new Promise<void>((resolve) => started.child.once('close', () => resolve()));
    const { code } = await started.ended();
    await closed;

    expect([code, started.errors]).to.deep.equal([0, '']);
    expect(started.output).to.match(/^saved Saved context of app\n/).and.include('the parser is done').and.match(/^local-only 1$/m);
  });
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
