// The guard trusts its environment, its descriptors and its arguments as its caller's own. So it does not run where its
// caller has fewer rights than it would have: with a set-user-ID or set-group-ID bit or with file capabilities.

import { expect } from 'chai';
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync } from 'node:fs';

import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { GUARD } from '../support/project.js';
import { useScene, type Scene } from '../support/scene.js';
import { SOMEBODY_ELSE } from '../support/users.js';

const MODES: readonly (readonly string[])[] = [
  ['run', '--', 'true'],
  ['probe'],
  ['launch'],
  ['resume', '1'],
  ['init', '1', '3', '-1'],
  ['recover', 'tree 0123456789abcdef0123', 'mark 0123456789abcdef0123'],
  ['cleanup'],
  ['--version'],
];

/** npm run test:sanitized: ld.so(8), "Secure-execution mode". */
const SANITIZED =
  process.env['HOLDFAST_SANITIZERS'] === undefined ? undefined : 'the loader preloads no sanitizer into a program with more rights';

/** A copy with more rights, executed by somebody who has none. */
function runElevated(copy: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(copy, args, { encoding: 'utf8', uid: SOMEBODY_ELSE, gid: SOMEBODY_ELSE });
}

function copyOf(scene: Scene, program: string, mode: number): string {
  const copy = scene.path('elevated');
  copyFileSync(program, copy);
  chownSync(copy, 0, 0);
  chmodSync(copy, mode);
  return copy;
}

function whyNoCapabilities(): string | undefined {
  return NEEDS_ROOT ?? (spawnSync('setcap', ['-h']).error === undefined ? undefined : 'setcap is not installed');
}

describe('a guard with more rights than its caller', () => {
  const scene = useScene();

  for (const [what, mode] of [
    ['set-user-ID', 0o4755],
    ['set-group-ID', 0o2755],
  ] as const) {
    itIf(NEEDS_ROOT ?? SANITIZED, `does not run: ${what}`, () => {
      const effective = runElevated(copyOf(scene(), '/usr/bin/id', mode), [what === 'set-user-ID' ? '-u' : '-g']);
      expect(effective.stdout, 'the control: the bit has an effect here').to.equal('0\n');
      const guard = copyOf(scene(), GUARD, mode);

      for (const args of MODES) {
        const { status, stdout, stderr } = runElevated(guard, args);

        expect(status, args.join(' ')).to.equal(125);
        expect(stderr).to.match(/^holdfast-guard: .* does not run with more rights than its caller/);
        expect(stdout).to.equal('');
      }
    });
  }

  itIf(whyNoCapabilities(), 'does not run: file capabilities', () => {
    const guard = copyOf(scene(), GUARD, 0o755);
    execFileSync('setcap', ['cap_kill+ep', guard]);

    const { status, stderr } = runElevated(guard, ['run', '--', 'true']);

    expect(status).to.equal(125);
    expect(stderr).to.contain('file capabilities');
  });

  itIf(NEEDS_ROOT ?? SANITIZED, 'runs when it is root who has become somebody else', () => {
    const script = `process.seteuid(${SOMEBODY_ELSE});
      const { status } = require('child_process').spawnSync(${JSON.stringify(GUARD)}, ['--version']);
      process.exit(status);`;

    expect(spawnSync(process.execPath, ['-e', script]).status).to.equal(0);
  });
});
