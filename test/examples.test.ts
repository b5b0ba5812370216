// The examples run from a clone (the package resolves itself by its name) and say what they promise.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT_ROOT } from './support/project.js';

const SAY: Record<string, RegExp> = {
  'deadline.mjs': /^timeout: 2 processes ended, [12] of them by force\n$/,
  'end-everything.js': /^[34] members, held by \w+\nterminate: 0 survivors\n$/,
  'only-if-strong.mjs': /^(held\nnamespace leaves open: broker \(root-exited|not started: ERR_HOLDFAST_MECHANISM_UNAVAILABLE)/,
};

describe('the examples', () => {
  it('are all tried here', () => {
    const programs = readdirSync(join(PROJECT_ROOT, 'examples')).filter((name) => /\.m?js$/.test(name));

    expect(programs.sort()).to.deep.equal(Object.keys(SAY));
  });

  for (const [name, words] of Object.entries(SAY)) {
    it(`say what they promise: ${name}`, () => {
      const said = execFileSync(process.execPath, [join(PROJECT_ROOT, 'examples', name)], { encoding: 'utf8' });

      expect(said).to.match(words);
    });
  }
});
