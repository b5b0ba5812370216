// The project's own sources as text: by folder, without comments and literals, with what each includes or imports.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { PROJECT_ROOT } from './project.js';

export interface SourceFile {
  /** Below the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments and the contents of literals blanked; lines stay where they are. */
  readonly code: string;
}

export function sourceFiles(folder: string, endings: RegExp): SourceFile[] {
  const directory = join(PROJECT_ROOT, folder);
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => endings.test(name))
    .sort()
    .map((name) => {
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      const text = readFileSync(join(PROJECT_ROOT, path), 'utf8');
      return { path, text, code: withoutCommentsAndLiterals(text) };
    });
}

const COMMENT_OR_LITERAL =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"\(([\s\S]*?)\)"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

function withoutCommentsAndLiterals(text: string): string {
  return text.replace(COMMENT_OR_LITERAL, (found) => found.replace(/[^\n]/g, ' '));
}

/** Where `pattern` stands in the code of the files, as `path:line: text`. */
export function placesOf(pattern: RegExp, files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text, code }) =>
    [...code.matchAll(new RegExp(pattern, 'gm'))].map(({ index, 0: found }) => {
      const number = code.slice(0, index + found.length).split('\n').length;
      return `${path}:${number}: ${(text.split('\n')[number - 1] ?? '').trim()}`;
    }),
  );
}

/** What a C++ file includes: own headers as paths below native, others as `<name>`. */
export function includesOf(file: SourceFile): string[] {
  return [...file.text.matchAll(/^#include (?:"([^"]+)"|(<[^>]+>))/gm)].map((found) => found[1] ?? found[2] ?? '');
}

/** What a TypeScript file imports or re-exports: own modules as paths below the project, others as they are named. */
export function importsOf(file: SourceFile): string[] {
  const found = file.text.matchAll(/^(?:import|export|\}) ?[^;'"]*?(?:from )?'([^']+)';/gm);
  return [...found].map(([, name = '']) => {
    if (!name.startsWith('.')) return name;
    const path = relative(PROJECT_ROOT, join(PROJECT_ROOT, dirname(file.path), name));
    return path.replace(/\.(m?)js$/, '.$1ts');
  });
}

/** One circle among the arrows, if there is any. */
export function circleAmong(arrows: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const settled = new Set<string>();
  const visit = (node: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (settled.has(node)) return undefined;
    for (const next of arrows.get(node) ?? []) {
      const circle = visit(next, [...trail, node]);
      if (circle !== undefined) return circle;
    }
    settled.add(node);
    return undefined;
  };
  for (const node of arrows.keys()) {
    const circle = visit(node, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
