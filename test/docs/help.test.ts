// `holdfast --help` says that every command has a --help of its own: every one that it lists, with its parts.

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { holdfast } from '../support/command.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene } from '../support/scene.js';

const HELP = execFileSync(execPath, [join(PROJECT_ROOT, 'bin', 'holdfast.js'), '--help'], { encoding: 'utf8' });
const PART = /^\[?([a-z][a-z-]*(?:\|[a-z][a-z-]*)*)\]?$/;

/** `a b|c [options]` are `a`, `a b` and `a c`. */
function commandsIn(usage: string): string[][] {
  const words = usage.split(' ');
  const end = words.findIndex((word) => word === '[options]' || !PART.test(word));
  const parts = (end < 0 ? words : words.slice(0, end)).map((word) => (PART.exec(word)?.[1] ?? '').split('|'));
  const longer = (commands: string[][], part: string[]): string[][] =>
    commands.flatMap((command) => part.map((word) => [...command, word]));
  return parts.flatMap((_, at) => parts.slice(0, at + 1).reduce(longer, [[]]));
}

const USAGES = [...HELP.matchAll(/^(?:usage:| {6}) holdfast (.*)$/gm)].map(([, usage = '']) => usage);
const COMMANDS = new Set(USAGES.flatMap(commandsIn).map((words) => words.join(' ')));

describe('--help', () => {
  const scene = useScene();

  it('lists the commands, their groups and their parts', () => {
    const some = ['run', 'save', 'save now', 'save daemon stop', 'sync', 'sync show', 'hook', 'hooks doctor', 'uninstall'];

    expect([...COMMANDS]).to.include.members(some);
  });

  for (const command of COMMANDS) {
    it(`explains ${command}, as -h does, with examples, in ASCII`, async () => {
      const [said, short] = await Promise.all(
        ['--help', '-h'].map(async (word) => holdfast(scene(), [...command.split(' '), word], scene().path('home'))),
      );

      expect(said).to.include({ code: 0, errors: '' });
      expect(said?.output).to.match(/^usage: holdfast /).and.match(/^ {2}(?:"\$\()?holdfast /m).and.match(/^[\n\x20-\x7e]*$/);
      expect(said?.output).to.include(`holdfast ${command.split(' ')[0] ?? ''}`);
      expect(short).to.include({ code: 0, errors: '', output: said?.output });
    });
  }
});
