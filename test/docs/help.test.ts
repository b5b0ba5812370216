// `holdfast --help` says that every command has a --help of its own: every one that it lists, with its parts. What none
// of them knows is misuse.

import { expect } from 'chai';

import { holdfast } from '../support/command.js';
import { listedCommands } from '../support/listed-commands.js';
import { useScene } from '../support/scene.js';

const COMMANDS = listedCommands();
/** These take whatever comes: an agent must not be stopped by them. */
const NEVER_MISUSED = ['hook'];
/** They do without their parts, or name nothing themselves. */
const GROUPS = ['save', 'save daemon', 'schedule', 'hooks', 'config'];

describe('--help', () => {
  const scene = useScene();

  it('lists the commands, their groups and their parts', () => {
    const some = ['run', 'save', 'save now', 'save daemon stop', 'sync', 'sync show', 'hook', 'hooks doctor', 'uninstall'];

    expect(COMMANDS).to.include.members([...some, 'guard-path', 'help', 'version']);
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

describe('misuse', () => {
  const scene = useScene();

  for (const command of COMMANDS.filter((each) => !NEVER_MISUSED.includes(each))) {
    it(`of ${command} by an unknown option is answered with exit code 64`, async () => {
      const { code, output, errors } = await holdfast(scene(), [...command.split(' '), '--no-such-option'], scene().path('home'));

      expect({ code, output }, errors).to.deep.equal({ code: 64, output: '' });
      expect(errors).to.match(/^holdfast: /);
    });
  }

  const LINES = [
    [],
    ['--no-such-option'],
    ['no-such-command'],
    ['constructor'],
    ...['guard-path', 'version', 'help', '--version', '--help', 'ps', 'doctor', 'save-check', 'uninstall'].map((word) => [word, 'extra']),
    ...['guard-path', 'version', 'help', '--version', '--help'].map((word) => [word, '--json']),
    ...GROUPS.flatMap((group) => [group.split(' '), [...group.split(' '), 'no-such-part'], [...group.split(' '), 'toString']]),
    ['sync', 'no-such-part'],
    ['kill'],
    ['kill', 'one', 'two'],
    ['run'],
  ];
  for (const line of LINES) {
    it(`\`${['holdfast', ...line].join(' ')}\` is answered with exit code 64`, async () => {
      const { code, output, errors } = await holdfast(scene(), line, scene().path('home'));

      expect({ code, output }, errors).to.deep.equal({ code: 64, output: '' });
      expect(errors).to.match(/^holdfast: /);
    });
  }
});
