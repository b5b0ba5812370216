// The generated part of docs/guarantees.md: one table for each mechanism, one line for each technique.

import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';

import type { LinuxMechanism } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import type { Cell } from './cell.js';
import { DEATHS } from './deaths.js';
import { ROWS } from './rows.js';

export const TABLE_MECHANISMS: readonly LinuxMechanism[] = ['cgroup', 'subreaper', 'namespace', 'group'];

const PAGE = join(PROJECT_ROOT, 'docs', 'guarantees.md');

function marks(name: string): readonly [begin: string, end: string] {
  return [`<!-- ${name}: begin (npm run test:gauntlet) -->`, `<!-- ${name}: end -->`];
}

/** What stands between the marks of a generated section. */
export function generatedSection(name: string): string {
  const [begin, end] = marks(name);
  const page = readFileSync(PAGE, 'utf8');
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/guarantees.md has no section ${name}`);
  return page.slice(from + begin.length, to).trim();
}

export function writeSection(name: string, text: string): void {
  const [begin] = marks(name);
  const old = generatedSection(name);
  const page = readFileSync(PAGE, 'utf8');
  const at = page.indexOf(begin) + begin.length;
  writeFileSync(PAGE, `${page.slice(0, at)}\n\n${text}\n\n${page.slice(page.indexOf(old, at) + old.length).trimStart()}`);
}

/** The worst that any way of one death did to one technique. */
const BAD_FIRST = ['LEAKS', 'BROKEN', 'escapes', 'not run here', '-', 'lives', 'dead'];

export function worstOf(cells: readonly Cell[]): Cell | undefined {
  return [...cells].sort((left, right) => BAD_FIRST.indexOf(left.outcome) - BAD_FIRST.indexOf(right.outcome))[0];
}

export function shown({ outcome, route }: Cell): string {
  return route === undefined ? outcome : `${outcome}: ${route}`;
}

function lineOf(words: readonly string[]): string {
  return `| ${words.join(' | ')} |`;
}

export function tablesOf(cells: readonly Cell[]): string {
  const header = ['technique', 'scenario', ...DEATHS.map(({ code }) => code)];
  const tables = TABLE_MECHANISMS.map((mechanism) => {
    const lines = ROWS.map((row) => {
      const outcomes = DEATHS.map(({ code }) => {
        const held = cells.filter(({ holder }) => holder === mechanism);
        const worst = worstOf(held.filter((cell) => cell.row === row.name && cell.death === code));
        return worst === undefined ? 'not run here' : shown(worst);
      });
      return lineOf([row.name, row.scenarios, ...outcomes]);
    });
    return [`### Held by ${mechanism}`, '', lineOf(header), lineOf(header.map(() => '---')), ...lines].join('\n');
  });
  const deaths = DEATHS.map(({ code, title, ways }) => `${code} ${title} (${ways.map(({ name }) => name).join(', ')})`);
  const machine = `Linux ${release()}, Node ${process.version}, uid ${process.getuid?.() ?? 0}`;
  return [`Made by \`npm run test:gauntlet\` on ${machine}. ${deaths.join('; ')}.`, ...tables].join('\n\n');
}

export interface TableLine {
  readonly mechanism: string;
  readonly row: string;
  readonly scenarios: string;
  readonly cells: readonly string[];
}

/** The committed tables, read back. */
export function readTables(text: string): TableLine[] {
  let mechanism = '';
  return text.split('\n').flatMap((line) => {
    mechanism = /^### Held by (\w+)$/.exec(line)?.[1] ?? mechanism;
    if (!line.startsWith('| ') || /^\| (?:technique|---) \|/.test(line)) return [];
    const [row = '', scenarios = '', ...cells] = line.slice(2, -2).split(' | ');
    return [{ mechanism, row, scenarios, cells }];
  });
}
