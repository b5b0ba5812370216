// What the command of `holdfast run` inherits is what it would inherit without: signals, masks,
// limits, groups, descriptors and their flags.

import { expect } from 'chai';
import { readFileSync } from 'node:fs';

import { fixture } from '../support/fixtures.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism, type LinuxMechanism } from '../support/mechanisms.js';
import { useScene, type Scene } from '../support/scene.js';

/** Shell text that prepares a state; `"$@"` is then the command, with or without containment. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  'as they are': '"$@"',
  'signals ignored': 'trap "" HUP INT QUIT USR1 TERM; "$@"',
  'nohup': 'nohup "$@"',
  'another umask': 'umask 057; "$@"',
  'lower limits': 'ulimit -n 77; ulimit -c 0; ulimit -s 4096; "$@"',
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

async function stateUnder(scene: Scene, surroundings: string, argv: readonly string[]): Promise<string[]> {
  const out = scene.path('state');
  const shell = scene.start(['/bin/sh', '-c', `${surroundings}; exit $?`, 'sh', ...argv, out]);
  const { code } = await shell.ended();
  expect(code, shell.errors).to.equal(0);
  return readFileSync(out, 'latin1').split('\n');
}

describe('what a command inherits', () => {
  const scene = useScene();

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
