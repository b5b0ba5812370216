// docs/migrating.md: every test that it names exists, every command that it names too, and no part is left out.

import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { holdfast } from '../support/command.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene } from '../support/scene.js';

const PARTS = 39;
const PAGE = readFileSync(join(PROJECT_ROOT, 'docs', 'migrating.md'), 'utf8');

describe('docs/migrating.md', () => {
  const scene = useScene();

  it('names tests that exist', () => {
    const named = [...PAGE.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);

    expect(named).to.not.be.empty;
    expect(named.filter((path) => !existsSync(join(PROJECT_ROOT, path)))).to.deep.equal([]);
  });

  it('has every part, each with a test or with the word that it comes with the monitor', () => {
    const rows = [...PAGE.matchAll(/^\| (\d+) \|.*$/gm)];

    const all = Array.from({ length: PARTS }, (_, index) => index + 1);
    expect(rows.map(([, number]) => Number(number))).to.deep.equal(all);
    expect(rows.map(([row]) => row).filter((row) => !/`test\/|comes? with the monitor/.test(row))).to.deep.equal([]);
  });

  it('names commands that exist', async () => {
    const commands = new Set([...PAGE.matchAll(/\bholdfast ([a-z-]+)/g)].map(([, word = '']) => word));
    const known = (await holdfast(scene(), ['--help'])).output;

    expect([...commands].filter((word) => !known.includes(`holdfast ${word}`))).to.deep.equal([]);
  });
});
