// The copy of the native words that lib/options.ts keeps, so that options can be checked without the addon.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';

import { binding } from '#lib/addon/load.js';
import { guardPath } from '#lib/addon/native-files.js';
import { CANDIDATES, MECHANISMS } from '#lib/options.js';

describe('the mechanisms', () => {
  it('are offered by the addon as the options take them', () => {
    const { all, auto, strict } = binding().offeredMechanisms();

    expect({ auto, strict }).to.deep.equal(CANDIDATES[process.platform]);
    expect(MECHANISMS).to.include.members(all);
    expect(all).to.include.members([...auto, ...strict]);
  });

  it('are named by the options of the command in the same words and order', () => {
    const { status, stderr } = spawnSync(guardPath(), ['run', '--mechanism', 'docker', '--', 'true'], { encoding: 'utf8' });

    const words = ['auto', ...MECHANISMS];
    const listed = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
    expect({ status, stderr }).to.deep.equal({
      status: 64,
      stderr: `holdfast: --mechanism expects ${listed}, got 'docker'\n`,
    });
  });

  it('are probed as the addon offers them', () => {
    const { stdout } = spawnSync(guardPath(), ['probe'], { encoding: 'utf8' });
    const probes = stdout.trim().split('\n').map((line) => JSON.parse(line) as { probe: string; name: string });

    expect(probes.filter(({ probe }) => probe === 'mechanism').map(({ name }) => name)).to.deep.equal(binding().offeredMechanisms().all);
  });
});
