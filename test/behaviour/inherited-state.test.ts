// What the command of `holdfast run` inherits is what it would inherit without: signals, masks,
// limits, groups, descriptors and their flags; through Node all but what Node itself forgets.

import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { fixture } from '../support/fixtures.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism, type LinuxMechanism } from '../support/mechanisms.js';
import { PROJECT_ROOT } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';

/** Shell text that prepares a state; `"$@"` is then the command, with or without containment. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  'as they are': '"$@"',
  'signals ignored': 'trap "" HUP INT QUIT USR1 TERM; "$@"',
  'nohup': 'nohup "$@"',
  'another umask': 'umask 057; "$@"',
  'lower limits': 'ulimit -n 77; ulimit -c 0; ulimit -s 4096; "$@"',
  'a lower limit that may be raised': 'ulimit -Sn 77; "$@"',
  'a blocked signal': 'env --block-signal=USR1 "$@"',
  'a closed stdin': '"$@" <&-',
  'closed stdio': '"$@" <&- >&- 2>&-',
  'further descriptors': '"$@" 3</etc/passwd 5>/dev/null 9</dev/null',
  'a pipe on stdin': 'true | "$@"',
  'appended output': '"$@" >>/dev/null 2>&1',
  'a low priority': 'nice -n 7 "$@"',
  'another directory': 'cd /usr; "$@"',
};

/** Under `namespace` a user without privileges gets those of a user namespace: docs/limits.md. */
const DIFFERS: Readonly<Record<LinuxMechanism, RegExp>> = {
  cgroup: /^$/,
  subreaper: /^$/,
  group: /^$/,
  namespace: /^(Cap|Groups|pgid|sid|tpgid|NoNewPrivs)/,
};

const FRONT_IN_NODE = [
  ...[process.execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js')],
  ...['run', '--mechanism', 'subreaper', '--'],
];

/** What Node leaves of a state: docs/cli.md, "What the command can see". */
function afterNode(state: readonly string[]): string[] {
  const isDescriptor = (line: string): boolean => /^fd\d/.test(line);
  const standard = [0, 1, 2].map(
    (fd) => state.find((line) => line.startsWith(`fd${fd} `)) ?? `fd${fd} /dev/null mode 20000 status 100002 descriptor 0`,
  );
  const others = state.filter((line) => line !== '' && !isDescriptor(line)).map((line) => line.replace(/^(SigIgn|SigBlk):.*/, '$1:\t0000000000000000'));
  return [...others, ...standard, ''];
}

async function stateUnder(scene: Scene, surroundings: string, argv: readonly string[]): Promise<string[]> {
  const out = scene.path('state');
  const shell = scene.start(['/bin/sh', '-c', `${surroundings}; exit $?`, 'sh', ...argv, out]);
  const { code } = await shell.ended();
  expect(code, shell.errors).to.equal(0);
  return readFileSync(out, 'latin1').split('\n');
}

describe('what a command inherits', () => {
  const scene = useScene();

  for (const [name, surroundings] of Object.entries(SURROUNDINGS)) {
    it(`is through Node the same with ${name}, but for what Node forgets`, async () => {
      const probe = [fixture('signal-state')];
      const plain = await stateUnder(scene(), surroundings, probe);
      const contained = await stateUnder(scene(), surroundings, [...FRONT_IN_NODE, ...probe]);

      // Behind a gap above 15 Node leaves open what it has inherited: docs/gotchas.md#inherited-descriptors.
      expect(contained.filter((line) => !/^fd(1[6-9]|[2-9]\d|\d{3})/.test(line))).to.deep.equal(afterNode(plain));
    });
  }

  forEachMechanism((mechanism) => {
    for (const [name, surroundings] of Object.entries(SURROUNDINGS)) {
      it(`is the same with ${name}`, async () => {
        const probe = [fixture('signal-state')];
        const comparable = (lines: string[]): string[] => lines.filter((line) => !DIFFERS[mechanism].test(line));
        // Both shells are children of the same process in the same group and session.
        const plain = await stateUnder(scene(), surroundings, probe);
        const front = frontArgv(['--mechanism', mechanism], probe);
        const contained = await stateUnder(scene(), surroundings, front);

        expect(comparable(contained)).to.deep.equal(comparable(plain));
      });
    }
  });
});
