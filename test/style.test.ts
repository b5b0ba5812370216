// The rules of CONTRIBUTING.md that can be counted, and the pages that the documents point to.

import { config, expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { PROJECT_ROOT } from './support/project.js';
import { placesOf, sourceFiles } from './support/source-files.js';

config.truncateThreshold = 0; // the places are the message

const LONGEST_FILE = 250;
const LONGEST_FUNCTION = 60;

const NATIVE = sourceFiles('native', /\.(cc|h)$/);
const LIB = sourceFiles('lib', /\.m?ts$/);
const TESTS = sourceFiles('test', /\.ts$/);
const SCRIPTS = [...sourceFiles('scripts', /\.(mjs|cjs|js|sh)$/), ...sourceFiles('bench', /\.ts$/)];

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'prebuilds/README.md'].map((path) => {
  const text = readFileSync(join(PROJECT_ROOT, path), 'utf8');
  return { path, text, code: text };
});

// With an argument, and after something that cannot be the type in a declaration: neither `void close();` nor a
// method's call of another method.
const RAW_CALL = /(?:[;{}(),=!&|?:<>+]|\breturn|\belse)\s*(?<!\w::)\b(?:close|free|malloc|calloc|realloc)\s*\(\s*[^)\s]/;

describe('the style', () => {
  it('owns descriptors and memory in unique-*.h only', () => {
    const others = NATIVE.filter(({ path }) => !/\/unique-[a-z]+\.h$/.test(path));

    expect(placesOf(RAW_CALL, others)).to.deep.equal([]);
    expect(placesOf(/\bnew\b\s*[\w:(]|\bdelete\b\s*(?:\[|[\w:(*])/, others)).to.deep.equal([]);
  });

  it('chooses a platform by folder, and writes no macros', () => {
    expect(placesOf(/^\s*#\s*(?:if|ifdef|ifndef|elif|define)\b/, NATIVE)).to.deep.equal([]);
    expect(placesOf(/\busing namespace\b/, NATIVE)).to.deep.equal([]);
  });

  it('begins every file with what it is for, and every header with #pragma once after it', () => {
    const headers = NATIVE.filter(({ path }) => path.endsWith('.h'));
    const modules = [...LIB, ...TESTS];

    expect(headers.filter(({ text }) => !/^(\/\/.*\n)+#pragma once\n/.test(text)).map(({ path }) => path)).to.deep.equal([]);
    expect(modules.filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(text)).map(({ path }) => path)).to.deep.equal([]);
  });

  it('throws to JavaScript in one place, but for argument types', () => {
    const addon = NATIVE.filter(({ path }) => path.startsWith('native/addon/'));
    const sites = placesOf(/\bthrow\b(?!\s*;)/, addon).filter((place) => !/throw (?:Napi::TypeError|OsError)/.test(place));

    expect(sites).to.have.length.at.most(1);
  });

  it('has no `any`, no default export and no enum', () => {
    const typescript = [...LIB, ...TESTS];

    expect(placesOf(/(?::|\bas|<|,|\|)\s*any\b(?!\()/, typescript)).to.deep.equal([]);
    expect(placesOf(/^export default\b/, typescript)).to.deep.equal([]);
    expect(placesOf(/^(?:export )?(?:const )?enum\b/, typescript)).to.deep.equal([]);
  });

  it('waits for facts in tests, not for time', () => {
    const waiting = TESTS.filter(({ path }) => path !== 'test/support/eventually.ts');

    expect(placesOf(/\bsetTimeout\s*\(|\bscheduler\.wait\s*\(|(?<![.\w])sleep\s*\(/, waiting)).to.deep.equal([]);
  });

  it(`keeps files below ${LONGEST_FILE} lines`, () => {
    const long = [...NATIVE, ...LIB, ...TESTS, ...SCRIPTS]
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > LONGEST_FILE);

    expect(long).to.deep.equal([]);
  });

  it(`keeps C++ functions below ${LONGEST_FUNCTION} lines`, () => {
    const long = NATIVE.flatMap(({ path, text }) => {
      const bodies = text.matchAll(/^(?!namespace|class|struct|enum|extern|\}|\/\/|const \w+ \w+\[)\S[^\n]*\{\n(?:[^}\n][^\n]*\n|\n)*\}/gm);
      return [...bodies].map(([body]) => ({ path, head: body.split('\n')[0], lines: body.split('\n').length }));
    });

    expect(long.filter(({ lines }) => lines > LONGEST_FUNCTION)).to.deep.equal([]);
  });

  it('is written in ASCII', () => {
    const others = [...sourceFiles('docs', /\.md$/), ...sourceFiles('bin', /\.js$/), ...sourceFiles('examples', /\.\w+$/)];
    const wrong = [...NATIVE, ...LIB, ...TESTS, ...SCRIPTS, ...others, ...PAGES].filter(({ text }) => /[^\t\n\x20-\x7e]/.test(text));

    expect(wrong.map(({ path }) => path)).to.deep.equal([]);
  });
});

describe('the documents', () => {
  const pages = [...sourceFiles('docs', /\.md$/), ...PAGES];

  it('have every heading that the sources point to', () => {
    const headings = new Set(
      pages.flatMap(({ path, text }) =>
        [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => `${path}#${title.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-')}`),
      ),
    );
    const pointers = [...NATIVE, ...LIB, ...TESTS].flatMap(({ path, text }) =>
      [...text.matchAll(/\bdocs\/[\w-]+\.md#[\w-]+/g)].map(([pointer]) => ({ path, pointer })),
    );

    expect(pointers.filter(({ pointer }) => !headings.has(pointer))).to.deep.equal([]);
  });

  it('link only to pages that exist', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, target = '']) => join(dirname(path), target))
        .filter((target) => !existsSync(join(PROJECT_ROOT, target)))
        .map((target) => `${path} links to ${target}`),
    );

    expect(broken).to.deep.equal([]);
  });
});
