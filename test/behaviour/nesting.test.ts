// A tree inside a tree ends with either, and every member carries the path of both in its mark.

import { expect } from 'chai';
import { readFileSync } from 'node:fs';

import { frontArgv } from '../support/front.js';
import { leaveFree } from '../support/contained.js';
import { abandonedTreeMayRemain } from '../support/leaks.js';
import { availableMechanisms } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';

describe('a tree inside a tree', () => {
  const scene = useScene();

  for (const outer of availableMechanisms()) {
    for (const inner of availableMechanisms()) {
      it(`${inner} in ${outer}: ends when the outer front is killed`, async () => {
        const control = await leaveFree(scene(), { technique: 'setsid' });
        const cast = scene().cast({ technique: 'setsid' });
        const nested = frontArgv(['--mechanism', inner], cast.argv);
        const front = scene().startHolding(cast, frontArgv(['--mechanism', outer], nested));
        await cast.ready();

        front.kill('SIGKILL');

        await cast.provenDead(control);
        await abandonedTreeMayRemain();
      });

      it(`${inner} in ${outer}: hands the exit code through`, async () => {
        const nested = frontArgv(['--mechanism', inner], ['sh', '-c', 'sleep 20 & exit 9']);
        const front = scene().start(frontArgv(['--mechanism', outer], nested));

        expect((await front.ended()).code, front.errors).to.equal(9);
        await abandonedTreeMayRemain();
      });
    }
  }

  it('marks a member with the path of its trees', async () => {
    const reports = ['outer', 'inner'].map((name) => scene().path(name));
    const [outer = '', inner = ''] = reports;
    const show = ['sh', '-c', 'echo "$HOLDFAST_TREE"'];
    const nested = frontArgv(['--json-report', inner], show);
    const front = scene().start(frontArgv(['--json-report', outer], nested));
    await front.ended();

    const [outerId, innerId] = reports.map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { id: string }).id);
    expect(front.output).to.equal(`${String(outerId)}.${String(innerId)}\n`);
  });

  it('does not carry on a mark that nobody could have made', async () => {
    const show = ['sh', '-c', 'echo "$HOLDFAST_TREE"'];
    const env = { ...process.env, HOLDFAST_TREE: '../../etc/passwd\n' };
    const front = scene().start(frontArgv([], show), { env });
    await front.ended();

    expect(front.output).to.match(/^[0-9a-f]{20}\n$/);
  });
});
