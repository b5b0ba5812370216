// Errors are part of the interface: their codes stand in one table, and the documentation repeats it.

import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { ContainmentError, ERROR_CODES, invalidOption } from '#lib/errors.js';

import { PROJECT_ROOT } from '../support/project.js';

describe('the table of errors', () => {
  it('is repeated by docs/errors.md, word for word', () => {
    const page = readFileSync(join(PROJECT_ROOT, 'docs', 'errors.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(ERR_HOLDFAST_\w+)` \| (.*) \|$/gm)].map(([, code, words]) => [code, words]);

    expect(rows).to.deep.equal(Object.entries(ERROR_CODES));
  });
});

describe('a ContainmentError', () => {
  it('has the shape of a system error', () => {
    const cause = new Error('below');

    const error = new ContainmentError('ERR_HOLDFAST_START_FAILED', 'EACCES: permission denied, open', {
      errno: -13,
      syscall: 'open',
      path: '/x',
      cause,
    });

    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'ContainmentError', code: 'ERR_HOLDFAST_START_FAILED', errno: -13, syscall: 'open', path: '/x' });
    expect(error.cause).to.equal(cause);
    expect(Object.keys(error)).to.deep.equal(['code', 'errno', 'syscall', 'path']);
    expect(inspect(error)).to.match(/^ContainmentError: EACCES: permission denied, open/);
  });

  it('has no fields of which nothing is known', () => {
    const error = new ContainmentError('ERR_HOLDFAST_OWNER', 'gone');

    expect(Object.keys(error)).to.deep.equal(['code']);
    expect('cause' in error).to.equal(false);
  });
});

describe('an option error', () => {
  const SHOWN: readonly [unknown, string][] = [
    [undefined, 'got undefined (undefined)'],
    [3n, 'got 3n (bigint)'],
    ['\u001b[31m', 'got "\\u001b[31m" (string)'],
    [{ a: 1 }, 'got an object (object)'],
    [() => 1, 'got a function (function)'],
    [Symbol('s'), 'got Symbol(s) (symbol)'],
  ];
  for (const [value, words] of SHOWN) {
    it(`says ${JSON.stringify(words)}`, () => {
      expect(invalidOption('name', 'a number', value).message).to.equal(`name: expected a number, ${words}`);
    });
  }
});
