// `--return root`: the front is back with the command's end, and the other members live on for an owner that outlives
// it, with whom they end.

import { expect } from 'chai';

import { leaveFree } from '../support/contained.js';
import { eventually } from '../support/eventually.js';
import { frontArgv, castBehindFront } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { isAlive } from '../support/proc.js';
import { useScene, type Uncontained } from '../support/scene.js';
import { MARKER, SignalLog, send } from '../support/signal-log.js';

const RETURN_ROOT = ['--return', 'root', '--when-root-exits', 'wait'];
const OWN_PID = String(process.pid);

const MISUSES: readonly (readonly string[])[] = [
  ['--return', 'root'],
  ['--return', 'root', '--when-root-exits', 'wait'],
  ['--return', 'root', '--owner', OWN_PID],
  ['--return', 'root', '--owner', OWN_PID, '--when-root-exits', 'terminate'],
  [...RETURN_ROOT, '--owner', OWN_PID, '--json-report', '/dev/null'],
  ['--return', 'everything', '--owner', OWN_PID, '--when-root-exits', 'wait'],
  ['--return'],
];

describe('a front that is back with its command', () => {
  const scene = useScene();

  /** A process of somebody else, and the words that name it as the owner. */
  async function startOwner(): Promise<{ readonly other: Uncontained; readonly owned: readonly string[] }> {
    const cast = scene().control({ technique: 'nothing', count: 0 });
    const other = await scene().startUncontained(cast, cast.argv);
    return { other, owned: ['--owner', `${other.owner.pid}:${other.owner.startTime}`] };
  }

  forEachMechanism((mechanism) => {
    it('leaves the other members to the owner, with whom they end', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const { other, owned } = await startOwner();
      const cast = scene().cast({ technique: 'setsid', root: 'told' });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism, ...RETURN_ROOT, ...owned]);

      cast.letRootExit();
      expect(await front.ended()).to.deep.equal({ code: 7, signal: null });
      await cast.provenAlive();
      await other.killOwner();

      await cast.provenDead(control);
    });

    it('ends everybody when it is killed before the command has ended', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const { other, owned } = await startOwner();
      const cast = scene().cast({ technique: 'setsid' });
      const front = await castBehindFront(scene(), cast, ['--mechanism', mechanism, ...RETURN_ROOT, ...owned]);

      front.kill('SIGKILL');

      await cast.provenDead(control);
      await other.killOwner();
    });

    it('leaves the other members to whoever can write to its stdin', async () => {
      const control = await leaveFree(scene(), { technique: 'plain' });
      const cast = scene().cast({ technique: 'setsid', root: 'told' });
      const front = frontArgv(['--mechanism', mechanism, ...RETURN_ROOT, '--owner', 'stdin'], cast.argv);
      // Node closes its end of stdin with the end of its child: this child stays.
      const shell = scene().startHolding(cast, ['sh', '-c', 'cat | { "$@"; echo "front=$?"; }', 'sh', ...front]);
      await cast.ready();

      cast.letRootExit();
      await eventually('the front is back with the code', () => shell.output.includes('front=7'));
      await cast.provenAlive();
      shell.child.stdin?.end();
      await shell.ended();

      await cast.provenDead(control);
    });
  });

  it('waits for every member without it', async () => {
    const { other, owned } = await startOwner();
    const [back, waiting] = [[...RETURN_ROOT, ...owned], ['--when-root-exits', 'wait', ...owned]];
    const witness = scene().cast({ technique: 'setsid', root: 'told' });
    const cast = scene().cast({ technique: 'setsid', root: 'told' });
    const front = await castBehindFront(scene(), cast, waiting);
    const first = await castBehindFront(scene(), witness, back);

    cast.letRootExit();
    await eventually('the root has ended', () => cast.living().length === 1);
    witness.letRootExit();
    await first.ended();

    expect(isAlive(front.identity)).to.equal(true);
    await other.killOwner();
    await front.ended();
  });

  it('ends everybody when the owner ends before the command has ended', async () => {
    const control = await leaveFree(scene(), { technique: 'plain' });
    const { other, owned } = await startOwner();
    const cast = scene().cast({ technique: 'setsid' });
    const front = await castBehindFront(scene(), cast, [...RETURN_ROOT, ...owned]);

    await other.killOwner();

    await front.ended();
    await cast.provenDead(control);
  });

  it('dies of the signal of which the command died', async () => {
    const { other, owned } = await startOwner();
    const [member, root] = [new SignalLog(scene(), 'member', 'catch'), new SignalLog(scene(), 'root', 'default')];
    const script = `${member.argv.join(' ')} & exec "$@"`;
    const front = scene().start(frontArgv([...RETURN_ROOT, ...owned], ['sh', '-c', script, 'sh', ...root.argv]));
    for (const log of [member, root]) await log.up();

    send('SIGUSR1', root.identity());
    expect(await front.ended()).to.deep.equal({ code: null, signal: 'SIGUSR1' });
    send(MARKER, member.identity());
    await member.sees(MARKER);
    await other.killOwner();

    await eventually('the member has ended', () => !member.isAlive());
  });

  for (const words of MISUSES) {
    it(`is refused with code 64: ${words.join(' ').replace(OWN_PID, 'PID')}`, async () => {
      const front = scene().start(frontArgv(words, ['echo', 'must not run']));

      expect((await front.ended()).code).to.equal(64);
      expect(front.errors).to.match(/^holdfast: .*--return/);
      expect(front.output).to.equal('');
    });
  }
});
