// `holdfast run` hands on the words and the environment it was given byte for byte, UTF-8 or not.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { expect } from 'chai';

import { GUARD, PROJECT_ROOT } from '../support/project.js';

/** Bytes as they may come: of Latin-1, of a character cut short, of a surrogate; and a word of UTF-8. */
const WORDS = ['caf\\351', '\\360\\237', '\\355\\240\\200 x', 'caf\\303\\251'];

const STARTERS: Readonly<Record<string, readonly string[]>> = {
  'nobody between': [],
  'the guard': [GUARD, 'run', '--'],
  'the command': [execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'run', '--'],
  'the command with options of Node before it': [execPath, '--no-warnings', join(PROJECT_ROOT, 'bin', 'holdfast.js'), 'run', '--'],
};

// JavaScript cannot say these bytes, so a shell does.
const GIVE = 'bytes=$(printf "$0"); VALUE=$bytes exec "$@" "$bytes" ""';
const SHOW = 'printf "%s|" "$#" "$VALUE" "$@"';

describe('the words and the environment of a command', () => {
  for (const [starter, argv] of Object.entries(STARTERS)) {
    for (const word of WORDS) {
      it(`are kept with ${starter}: ${word}`, () => {
        const bytes = spawnSync('printf', [word], { encoding: 'latin1' }).stdout;

        const run = spawnSync('sh', ['-c', GIVE, word, ...argv, 'sh', '-c', SHOW, 'sh'], { encoding: 'latin1' });

        expect(run.stderr).to.equal('');
        expect(run.stdout).to.equal(`2|${bytes}|${bytes}||`);
      });
    }
  }
});
