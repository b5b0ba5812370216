// The options of every command: what is taken, what --help tells, what the documentation tells, and the settings that
// stand in for them, with their defaults in the schema.

import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { knownKeys } from '#lib/tools/config/known-keys.js';

import { listedCommands } from '../support/listed-commands.js';
import { PROJECT_ROOT } from '../support/project.js';

const HOLDFAST = join(PROJECT_ROOT, 'bin', 'holdfast.js');
const PAGE = join(PROJECT_ROOT, 'docs', 'commands.md');
const HEAD = `# Commands

What each command says of itself when it is asked with \`--help\`: \`HOLDFAST_UPDATE=1 npx mocha -g 'commands.md'\` writes this
page. [cli.md](cli.md) explains \`run\` and what looks after trees, [tools.md](tools.md#configuration) the settings in parentheses.
`;
/** Whoever takes whatever comes tells nobody what it takes. */
const TAKES_ANYTHING = ['hook'];

type Help = ReadonlyMap<string, string>;

function helpOf(command: string): string {
  return execFileSync(execPath, [HOLDFAST, ...command.split(' '), '--help'], { encoding: 'utf8' });
}

const asked = new Map<string, readonly string[]>();

/** In the words of whoever explains what was wrong with an option that there is not. */
function takenBy(command: string): readonly string[] {
  const known = asked.get(command) ?? askedOf(command);
  asked.set(command, known);
  return known;
}

function askedOf(command: string): readonly string[] {
  const { stderr } = spawnSync(execPath, [HOLDFAST, ...command.split(' '), '--no-such-option'], { encoding: 'utf8' });
  const [, list = ''] = /the options are ([^(\n]*)/.exec(stderr) ?? [];
  return list.match(/--[a-z-]+/g) ?? [];
}

/** Those that have a line, or a part of one, of their own. */
function optionsIn(help: string): string[] {
  return [...new Set(help.match(/(?<=^ {2,6}(?:-\w, )?|^ {2}[a-z]+ [A-Z]+ )--[a-z-]+/gm) ?? [])];
}

/** Of which nobody but their parents has a parser. */
function isGroup(command: string, all: readonly string[]): boolean {
  return all.some((other) => other.startsWith(`${command} `)) && takenBy(command).length === 0;
}

interface Default {
  readonly key: string;
  readonly told: string;
}

/** `(sync.budgetMs; 30s)`. */
function defaultsIn(help: string): Default[] {
  return [...help.matchAll(/\(([a-z]+(?:\.[A-Za-z]+)*); ([^()]+)\)/g)].map(([, key = '', told = '']) => ({ key, told }));
}

const UNIT: Readonly<Record<string, number>> = { s: 1000, m: 60_000 };

function valueOf({ key, told }: Default): unknown {
  if (told === 'none') return key === 'projects' ? [] : null;
  if (told === 'off') return false;
  const [, number, unit = ''] = /^(\d+)([sm])$/.exec(told) ?? [];
  if (number === undefined) return told;
  const ms = Number(number) * (UNIT[unit] ?? 0);
  return key.endsWith('Seconds') ? ms / 1000 : ms;
}

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

function defaultOf(key: string): unknown {
  const path = join(PROJECT_ROOT, 'dist', 'tools', 'config', 'config.schema.json');
  const whole = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  return key.split('.').reduce<Schema | undefined>((part, name) => part?.properties?.[name], whole)?.default;
}

describe('the options', () => {
  let all: readonly string[];
  let help: Help;

  before(() => {
    all = listedCommands();
    help = new Map(all.map((command) => [command, helpOf(command)]));
  });

  it('that a command takes are in its --help, and those in its --help are taken by it or a part of it', () => {
    const wrong = all.filter((command) => !TAKES_ANYTHING.includes(command) && command !== 'run').flatMap((command) => {
      const told = optionsIn(help.get(command) ?? '');
      const taken = takenBy(command);
      if (taken.length === 0 && !isGroup(command, all)) return [`${command} does not say what it takes`];
      const below = all.filter((other) => other.startsWith(`${command} `) || command.startsWith(`${other} `));
      const family = all.filter((other) => help.get(other) === help.get(command));
      const possible = new Set([...taken, ...[...below, ...family].flatMap(takenBy)]);
      const hidden = taken.filter((option) => !told.includes(option) && !isTrivial(option, told));
      const invented = told.filter((option) => !possible.has(option));
      return [...hidden.map((one) => `${command} ${one} is not in its --help`), ...invented.map((one) => `${command} has no ${one}`)];
    });

    expect(wrong).to.deep.equal([]);
  });

  it('of run are in the table of docs/cli.md, and no others', () => {
    const page = readFileSync(join(PROJECT_ROOT, 'docs', 'cli.md'), 'utf8');
    const [, table = ''] = /## holdfast run\n([^]*?)\n### /.exec(page) ?? [];
    const told = [...table.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option = '']) => option);

    expect(told.sort()).to.deep.equal(optionsIn(help.get('run') ?? '').filter((option) => option !== '--help').sort());
  });

  it('that a setting stands in for have its key and its default as the schema has them', () => {
    const told = [...new Set(help.values())].flatMap(defaultsIn);
    const known = knownKeys().map(({ path }) => path);

    expect(told.map(({ key }) => key)).to.include.members(['save.budgetMs', 'sync.budgetMs', 'sync.remote', 'projects']);
    expect(told.filter(({ key }) => !known.includes(key))).to.deep.equal([]);
    for (const one of told) expect(valueOf(one), one.key).to.deep.equal(defaultOf(one.key));
  });

  it('are in docs/commands.md, with all that every --help says', () => {
    const byText = new Map([...all].sort().reverse().map((command) => [help.get(command) ?? '', command])); // the group, not its parts
    const sections = [...byText].reverse().map(([text, command]) => `## holdfast ${command}\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`);
    const page = [HEAD, ...sections].join('\n');
    if (process.env['HOLDFAST_UPDATE'] === '1') writeFileSync(PAGE, page);

    expect(readFileSync(PAGE, 'utf8')).to.equal(page);
  });
});

/** `--help` needs no line where there is no other option. */
function isTrivial(option: string, told: readonly string[]): boolean {
  return option === '--help' && told.length === 0;
}
