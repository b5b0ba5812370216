// Text that a stranger has chosen, at every place that prints: nothing of it moves a cursor, turns the direction of
// writing, ends a line, or is a byte that no terminal can read. What it means is still there.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { copyFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { spawnContained } from '#lib/index.js';

import type { Cast } from '../support/cast.js';
import { fixture } from '../support/fixtures.js';
import { NEEDS_ROOT, itIf } from '../support/mechanisms.js';
import { GUARD, PROJECT_ROOT } from '../support/project.js';
import { SOME_ID, makeHome, recordText, writeRecord } from '../support/records.js';
import { useScene, type Started } from '../support/scene.js';
import { SOMEBODY_ELSE } from '../support/users.js';

/** Clears the screen, turns the writing, is no UTF-8, and begins a line of its own; as long as a name may be. */
const BYTES = Buffer.concat([Buffer.from('\x1b[2J\u202e'), Buffer.from([0xff]), Buffer.from('\nevil')]);
/** What JavaScript can say of it, and what no name of a process can be: C1 and other line ends. */
const TEXT = '\x1b]0;x\x07\u202e\x9b2J\u2028\r\nevil';

const REPLACED = '\xef\xbf\xbd'; // U+FFFD, which stands for bytes that are none

/** Byte for byte, as a terminal would get it. */
function expectHarmless(bytes: Buffer, what: string): string {
  const text = bytes.toString('latin1').replaceAll(REPLACED, '?');
  expect(text, what).to.match(/^[\n\x20-\x7e]*$/).and.not.match(/^evil/m);
  return text;
}

function expectShown(bytes: Buffer, what: string): void {
  expect(expectHarmless(bytes, what), what).to.contain('evil');
}

interface Said {
  readonly code: number | null;
  readonly all: Buffer;
}

function say(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Said {
  const [file = '', ...args] = argv;
  const { status, stdout, stderr } = spawnSync(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return { code: status, all: Buffer.concat([stdout, stderr]) };
}

const holdfast = (...args: readonly string[]): string[] => [process.execPath, join(PROJECT_ROOT, 'bin', 'holdfast.js'), ...args];
/** A shell that puts the bytes in the place of its last `$NAME`. */
const withBytes = (line: string): string[] => ['sh', '-c', `NAME=$(printf '\\033[2J\\342\\200\\256\\377\\nevil'); ${line}`, GUARD];

describe('hostile text', () => {
  const scene = useScene();

  describe('in the words of a caller', () => {
    const ROWS: readonly { readonly what: string; readonly code: number; readonly argv: () => readonly string[] }[] = [
      { what: 'a program that is missing', code: 127, argv: () => withBytes('exec "$0" run -- "$NAME"') },
      {
        what: 'a program that cannot be executed',
        code: 126,
        argv: () => withBytes(`touch "${scene().directory}/$NAME"; exec "$0" run -- "${scene().directory}/$NAME"`),
      },
      { what: 'an option of run', code: 64, argv: () => withBytes('exec "$0" run "--$NAME" -- true') },
      ...['label', 'mechanism', 'refuse', 'owner', 'timeout', 'grace', 'when-root-exits'].map((option) => ({
        what: `the value of --${option}`,
        code: 64,
        argv: () => withBytes(`exec "$0" run --${option} "$NAME" -- true`),
      })),
      { what: 'a report that cannot be written', code: 125, argv: () => withBytes('exec "$0" run --json-report "/$NAME/x" -- true') },
      { what: 'a command', code: 64, argv: () => holdfast(TEXT) },
      { what: 'an option of a command', code: 64, argv: () => holdfast('ps', `--evil${TEXT}`) },
      { what: 'a tree to show', code: 1, argv: () => holdfast('tree', TEXT) },
      { what: 'a tree to end', code: 1, argv: () => holdfast('terminate', TEXT) },
      { what: 'a grace', code: 64, argv: () => holdfast('terminate', 'x', '--grace', TEXT) },
      { what: 'a process to explain', code: 64, argv: () => holdfast('cleanup', '--explain', TEXT) },
      { what: 'an age', code: 64, argv: () => holdfast('cleanup', '--min-age', TEXT) },
      { what: 'an argument of doctor', code: 64, argv: () => holdfast('doctor', TEXT) },
    ];
    for (const { what, code, argv } of ROWS) {
      it(`is shown harmlessly: ${what}`, () => {
        const said = say(argv());

        expectShown(said.all, what);
        expect(said.code).to.equal(code);
      });
    }

    for (const option of ['label', 'mechanism', 'whenRootExits', 'whenOwnerDies', 'refuse', TEXT]) {
      it(`is quoted harmlessly in the error for an option: ${JSON.stringify(option)}`, () => {
        const containment = { [option]: option === 'refuse' ? [TEXT] : TEXT };

        expect(() => spawnContained('true', [], { containment }))
          .to.throw(TypeError)
          .with.property('message')
          .that.satisfies((message: string) => {
            expectShown(Buffer.from(message), option);
            return true;
          });
      });
    }
  });

  describe('in a directory of records', () => {
    const COMMANDS = [['ps'], ['ps', '--all'], ['ps', '--all', '--json'], ['tree'], ['cleanup', '--dry-run'], ['cleanup', '--dry-run', '--json']];

    it('is shown harmlessly where its path cannot be trusted', () => {
      const home = scene().path(TEXT);
      chmodSync(makeHome(home), 0o777);

      for (const words of COMMANDS) {
        const said = say(holdfast(...words), { ...process.env, HOLDFAST_HOME: home });
        expectShown(said.all, words.join(' '));
        expect(said.code).to.not.equal(0);
      }
    });

    for (const key of ['tree', 'label', 'mark', 'machine', 'owner', 'mechanism', 'escapable', 'cgroup', 'file', 'socket', 'evil']) {
      it(`is shown harmlessly in the field of a record: ${key}`, () => {
        const home = scene().path('evil-home');
        writeRecord(makeHome(home), recordText({ label: 'hostile', [key]: TEXT.replace(/[\r\n]+/, ' ') }));
        writeRecord(join(home, 'run'), recordText({ file: '%1b%5b2J%e2%80%ae%ff%0aevil', mark: undefined }), '1'.repeat(20));

        for (const words of [['ps', '--all'], ['ps', '--all', '--json'], ['tree', SOME_ID], ['kill', SOME_ID], ['cleanup', '--dry-run']]) {
          const { all } = say(holdfast(...words), { ...process.env, HOLDFAST_HOME: home });
          expectHarmless(all, words.join(' '));
        }
      });
    }

    it('is shown harmlessly in the name of a file that is no record', () => {
      const home = scene().path('home');
      writeFileSync(join(makeHome(home), `${TEXT}.tree`), '', { mode: 0o600 });
      mkdirSync(join(home, 'run', `.${TEXT}.new`));

      for (const words of COMMANDS) {
        const { all } = say(holdfast(...words), { ...process.env, HOLDFAST_HOME: home });
        expectHarmless(all, words.join(' '));
      }
    });
  });

  describe('in the names of members', () => {
    /** A live tree whose program, arguments and environment are called so, in a state directory of its own. */
    async function liveTree(): Promise<{ cast: Cast; front: Started; env: NodeJS.ProcessEnv }> {
      const program = Buffer.concat([Buffer.from(`${scene().directory}/`), BYTES]);
      copyFileSync(fixture('escapee'), program);
      const cast = scene().control({ technique: 'plain' });
      const env = { ...process.env, HOLDFAST_HOME: scene().path('home') };
      mkdirSync(env.HOLDFAST_HOME, { mode: 0o700 });
      const line = `exec "$0" run -- "${scene().directory}/$NAME" "$@"`;
      const front = scene().startHolding(cast, [...withBytes(line), ...cast.argv.slice(1)], { env });
      await cast.ready();
      return { cast, front, env };
    }

    it('is shown harmlessly by every command that names them', async () => {
      const { cast, front, env } = await liveTree();
      const [member] = cast.living();
      const pid = String(member?.pid);

      const commands = [['ps'], ['ps', '--json'], ['tree'], ['tree', '--json'], ['cleanup', '--explain', pid], ['cleanup', '--explain', pid, '--json']];
      for (const words of commands) {
        const { all } = say(holdfast(...words), env);
        if (words[0] === 'cleanup') expectHarmless(all, words.join(' '));
        else expectShown(all, words.join(' '));
      }
      cast.declareOver();
      await front.ended();
    });

    itIf(NEEDS_ROOT, 'is written harmlessly into a report that names a survivor', async () => {
      const program = Buffer.concat([Buffer.from(`${scene().directory}/`), BYTES]);
      copyFileSync(fixture('escapee'), program);
      chmodSync(program, 0o4755);
      const report = scene().path('report.json');
      writeFileSync(report, '');
      chmodSync(report, 0o666);
      const cast = scene().control({ technique: 'nothing' });
      cast.openToAll();
      const guard = scene().path('guard'); // the other user may not reach the project
      copyFileSync(GUARD, guard);
      const command = `sh -c '"$0" "$@" & read over' "${scene().directory}/$NAME" "$@"`;
      const run = `"${guard}" run --mechanism subreaper --json-report "${report}" -- ${command}`;
      const line = `exec setpriv --reuid ${SOMEBODY_ELSE} --clear-groups ${run}`;
      const front = scene().startHolding(cast, [...withBytes(line), ...cast.argv.slice(1)], { cwd: '/' });
      await cast.ready();

      front.child.stdin?.end();
      const { code } = await front.ended(); // with a guard that stays as long as the survivor

      expect(code).to.equal(125);
      expectShown(readFileSync(report), 'the report');
      expect(front.errors).to.equal('holdfast: 1 processes could not be ended\n');
      cast.declareOver();
    });
  });
});
