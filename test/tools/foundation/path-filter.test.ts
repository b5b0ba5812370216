// Which paths a list of paths and patterns means, as a table, and that no pattern takes long.

import { expect } from 'chai';

import { isListOfPatterns, PathFilter } from '#lib/tools/path-filter.js';

/** Pattern, what it means, and what it does not. */
const PATTERNS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['src', ['src', 'src/a.ts', 'src/a/b.ts'], ['srcs', 'a/src', 'source/src', 'Src']],
  ['src/', ['src', 'src/a.ts'], ['srcs']],
  ['./src//a.ts', ['src/a.ts'], ['src/a.tsx', 'src', 'a.ts']],
  ['*.log', ['a.log', '.log', 'a.log/b'], ['a/b.log', 'a.logs', 'log']],
  ['src/*.ts', ['src/a.ts'], ['src/a/b.ts', 'src/a.js']],
  ['*/a', ['x/a', 'x/a/b'], ['a', 'x/y/a']],
  ['**', ['a', 'a/b', '.a/b/c'], []],
  ['**/a', ['a', 'x/a', 'x/y/a', 'x/a/b'], ['ab', 'x/ab']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b/c', 'a/b/x'], ['b', 'a/x', 'x/a/b']],
  ['**/x/**/y.ts', ['x/y.ts', 'a/x/b/y.ts', 'x/x/y.ts'], ['y.ts', 'x/y.tsx']],
  ['a**b', ['ab', 'axb', 'axbxb'], ['a/b', 'ax/b']],
  ['a?c', ['abc', 'a?c', 'a\u{1f600}c'], ['ac', 'abbc', 'a/c']],
  ['*a*b*', ['ab', 'xaxbx', 'aab'], ['ba', 'a', 'b']],
  ['*ab', ['ab', 'abab', 'aab'], ['aba', 'b']],
  ['!src', ['!src'], ['src', 'a']],
  ['{a,b}', ['{a,b}'], ['a', 'b']],
  ['[ab]', ['[ab]'], ['a', 'b']],
  ['a(b|c)+', ['a(b|c)+'], ['ab', 'abc']],
  ['.', [], []],
];

const REFUSED: readonly unknown[] = [
  'src', null, {}, [7], [null], [['a']], [''], ['.'], ['./'], ['/'], ['/etc/passwd'], ['//x'], ['..'], ['../out'],
  ['a/../../b'], ['a/..'], ['C:'], ['c:/x'], ['C:x'], ['a\\b'], ['..\\out'], ['a\0b'], ['a\nb'], ['a\u001b[2J'],
  ['a\u007f'], ['a\u0085'], ['x'.repeat(257)], Array.from({ length: 65 }, () => 'a'), ['good', '../bad'],
];

describe('a list of paths', () => {
  const takes = (path: string, include: readonly string[], exclude: readonly string[] = []): boolean =>
    new PathFilter({ include, exclude }).takes(path);

  for (const [pattern, meant, others] of PATTERNS.filter(([text]) => text !== '.')) {
    it(`means by ${pattern} ${meant.join(', ')} and not ${others.join(', ') || 'nothing'}`, () => {
      expect(isListOfPatterns([pattern])).to.equal(true);
      expect(meant.filter((path) => !takes(path, [pattern]))).to.deep.equal([]);
      expect(others.filter((path) => takes(path, [pattern]))).to.deep.equal([]);
      expect(meant.filter((path) => takes(path, [], [pattern]))).to.deep.equal([]);
      expect(others.filter((path) => !takes(path, [], [pattern]))).to.deep.equal([]);
    });
  }

  it('takes what is included and not excluded', () => {
    const lists = [['src', 'docs/*.md'], ['src/made', '**/*.map']] as const;
    const paths = ['src/a.ts', 'src/made/b.ts', 'src/a.map', 'docs/a.md', 'docs/a/b.md', 'README.md'];

    expect(paths.filter((path) => takes(path, ...lists))).to.deep.equal(['src/a.ts', 'docs/a.md']);
  });

  it('takes a directory of unknown contents when something in it may be included, and not when all is excluded', () => {
    expect(takes('src/', ['src/a/*.ts'])).to.equal(true);
    expect(takes('src', ['src/a/*.ts']), 'a file of that name').to.equal(false);
    expect(takes('new/', ['**/*.ts'])).to.equal(true);
    expect(takes('docs/', ['src/a/*.ts'])).to.equal(false);
    expect(takes('src/', [], ['src/a'])).to.equal(true);
    expect(takes('src/', [], ['src/**'])).to.equal(false);
  });

  for (const value of REFUSED) {
    it(`is refused: ${JSON.stringify(value).slice(0, 40)}`, () => {
      expect(isListOfPatterns(value)).to.equal(false);
    });
  }

  it('may be as long as 64 patterns of 256 characters, or empty', () => {
    expect(isListOfPatterns([])).to.equal(true);
    expect(isListOfPatterns(Array.from({ length: 64 }, () => 'x'.repeat(256)))).to.equal(true);
  });

  const HOSTILE: readonly (readonly [string, string])[] = [
    ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(255)],
    [`${'*a'.repeat(127)}b`, 'a'.repeat(4000)],
    [`*${'a'.repeat(254)}b`, 'a'.repeat(4000)],
    [`${'**/a/'.repeat(51)}b`, `${'a/'.repeat(2000)}c`],
    [`${'**/*a*/'.repeat(36)}b`, `${'aa/'.repeat(1300)}c`],
    [`${'?'.repeat(255)}*`, '\u{1f600}'.repeat(254)],
  ];

  for (const [pattern, path] of HOSTILE) {
    it(`is soon compared: ${pattern.slice(0, 24)} with ${JSON.stringify(path.slice(0, 8))}, 64 times with 100 paths`, () => {
      const filter = new PathFilter({ include: Array.from({ length: 64 }, () => pattern), exclude: [] });
      const began = performance.now();

      const taken = Array.from({ length: 100 }, () => filter.takes(path));

      expect(taken).to.not.include(true);
      expect(performance.now() - began, 'milliseconds').to.be.below(5000);
    });
  }

  it('takes nothing once the comparisons became too many, rather than what is excluded', () => {
    const pattern = `*${'a'.repeat(254)}b`;
    const filter = new PathFilter({ include: [], exclude: Array.from({ length: 64 }, () => pattern) });
    expect(filter.takes('a'), 'the control').to.equal(true);

    while (!filter.hasGivenUp) filter.takes('a'.repeat(4000));

    expect(filter.takes('a')).to.equal(false);
  });
});
