// holdfast ps and holdfast tree: what another process of the user sees of a tree.

import { expect } from 'chai';
import { copyFileSync } from 'node:fs';

import type { ContainmentOptions } from '#lib/index.js';

import { holdfast } from '../support/command.js';
import { contain } from '../support/contained.js';
import { fixture } from '../support/fixtures.js';
import { frontArgv } from '../support/front.js';
import { forEachMechanism } from '../support/mechanisms.js';
import { makeHome, recordText, writeRecord } from '../support/records.js';
import { useScene } from '../support/scene.js';

// A program may be called so: it clears the screen, turns the writing, and ends the line.
const HOSTILE = '\x1b[2J\u202e\n\x9b evil';

function expectHarmless(text: string): void {
  expect(text).to.match(/^[\n\x20-\x7e]*$/);
}

describe('holdfast ps', () => {
  const scene = useScene();

  forEachMechanism((mechanism) => {
    it('lists a live tree with its members', async () => {
      const cast = scene().cast({ technique: 'setsid' });
      const child = await contain(cast, { mechanism, label: 'listed' });
      const { id } = child.tree;

      const [table, json] = [await holdfast(scene(), ['ps']), await holdfast(scene(), ['ps', '--json'])];

      const line = table.output.split('\n').find((each) => each.startsWith(id.slice(0, 8))) ?? '';
      expect(table.output).to.match(/^ID +LABEL +STATE +MECHANISM +MEMBERS +CPU +MEMORY +AGE +OWNER +FILE\n/);
      expect(line.split(/ +/).slice(1, 5)).to.deep.equal(['listed', 'live', mechanism, '2']);
      expect(line).to.contain(` ${process.pid} node `);
      expect(Object.keys(json.document())).to.deep.equal(['trees']);
      expect(json.listed('trees')).to.have.length(1);
      const { members, ...facts } = json.listed('trees')[0] ?? {};
      expect(facts).to.include({ id, label: 'listed', state: 'live', mechanism });
      expect((members as { pid: number }[]).map(({ pid }) => pid)).to.have.members(cast.living().map(({ pid }) => pid));
      await child.tree.kill();
      expect((await holdfast(scene(), ['ps'])).output).to.equal('no trees\n');
    });
  });

  it('lists others only with --all, and says why', async () => {
    const home = scene().path('home');
    const directory = makeHome(home);
    const lines = { machine: { machine: 'c0ffee' }, garbage: { guard: undefined }, left: {}, free: { released: '' } };
    for (const [at, each] of Object.values(lines).entries()) {
      const id = String(at).repeat(20);
      writeRecord(directory, recordText(each, id), id);
    }

    const [some, all] = [await holdfast(scene(), ['ps'], home), await holdfast(scene(), ['ps', '--all'], home)];

    expect(some.output).to.equal('no trees\n');
    expect(all.output).to.match(/^0{8} .*foreign .*another machine$/m).and.match(/^1{8} .*corrupt .*guard is missing$/m);
    expect(all.output).to.match(/^2{8} .*abandoned .*holdfast cleanup$/m).and.match(/^3{8} .*released .*guard is dead$/m);
  });
});

describe('holdfast tree', () => {
  const scene = useScene();

  async function treeOf(containment: ContainmentOptions): Promise<{ readonly id: string; readonly root: number }> {
    const child = await contain(scene().control({ technique: 'deep', count: 3 }), containment);
    child.tree.release(); // ends with its cast
    return { id: child.tree.id, root: child.pid ?? 0 };
  }

  forEachMechanism((mechanism) => {
    it('draws a tree from its owner down', async () => {
      const cast = scene().cast({ technique: 'deep', count: 2 });
      const child = await contain(cast, { mechanism, label: 'drawn' });

      const { code, output } = await holdfast(scene(), ['tree', 'drawn']);

      const [title, routes, owner, guard, root, first, second] = output.split('\n');
      expect(code).to.equal(0);
      expect(title).to.equal(`drawn ${child.tree.id}: live, held by ${mechanism}, 3 members`);
      expect(routes).to.equal(`stays open: ${child.tree.escapable.join(', ')}`);
      expect(owner).to.match(new RegExp(`^owner ${process.pid} node +[A-Z] +[\\d.ms]+ +[\\d.]+M +\\S+$`));
      expect(guard).to.match(/^`- guard \d+ holdfast-guard +[A-Z] /);
      expect(root).to.match(new RegExp(`^   \`- root ${child.pid ?? 0} escapee +[A-Z] `));
      expect(first).to.match(/^ {6}`- \d+ escapee +[A-Z] /);
      expect(second).to.match(/^ {9}`- \d+ escapee +[A-Z] /);
      await child.tree.kill();
    });
  });

  it('knows a tree by its id, by the beginning of its id, and by its label', async () => {
    const { id } = await treeOf({ label: 'known' });

    for (const word of [id, id.slice(0, 4), id.slice(0, 19), 'known']) {
      const run = await holdfast(scene(), ['tree', word, '--json']);
      expect([run.code, run.listed('trees').map((tree) => tree['id'])], word).to.deep.equal([0, [id]]);
    }
  });

  it('says that there is no such tree', async () => {
    const { id } = await treeOf({ label: 'known' });

    for (const word of ['unknown', id.slice(0, 3), 'know', '\x1b[2J', '../x']) {
      const { code, output, errors } = await holdfast(scene(), ['tree', word]);
      expect([code, output], word).to.deep.equal([1, '']);
      expect(errors).to.match(/^holdfast: there is no tree '/);
      expectHarmless(errors);
    }
  });

  it('lists the candidates where several are meant', async () => {
    const ids = [await treeOf({ label: 'twin' }), await treeOf({ label: 'twin' })].map(({ id }) => id);

    const { code, errors } = await holdfast(scene(), ['tree', 'twin']);

    expect(code).to.equal(64);
    for (const id of ids) expect(errors).to.contain(`${id} (twin)`);
  });

  it('prints no name that a member has chosen as it is', async () => {
    const program = scene().path(HOSTILE);
    copyFileSync(fixture('escapee'), program);
    const cast = scene().control({ technique: 'plain' });
    const front = scene().startHolding(cast, frontArgv([], [program, ...cast.argv.slice(1)]));
    await cast.ready();

    for (const args of [['ps'], ['ps', '--all', '--json'], ['tree'], ['tree', '--json']]) {
      const { output } = await holdfast(scene(), args);
      expectHarmless(output);
      expect(output, args.join(' ')).to.contain('evil');
    }
    cast.declareOver();
    await front.ended();
  });
});

describe('the commands', () => {
  const scene = useScene();

  const MISUSES: readonly { readonly args: readonly string[]; readonly said: RegExp }[] = [
    { args: [], said: /no command given/ },
    { args: ['\x1b[2J'], said: /unknown command '\\x1b\[2J'/ },
    { args: ['ps', 'x'], said: /ps expects no arguments, got 'x'/ },
    { args: ['ps', '--colour'], said: /ps: Unknown option '--colour'; the options are --all, --json, --budget, --help/ },
    { args: ['ps', '--json=yes'], said: /ps: Option '--json' does not take an argument/ },
    { args: ['tree', 'a', 'b'], said: /tree expects at most one id or label, got 'a' 'b'/ },
    { args: ['tree', '--\u202ejson'], said: /tree: Unknown option '--\\u\{202e\}json'/ },
    { args: ['doctor', 'x'], said: /doctor expects no arguments, got 'x'/ },
  ];

  for (const { args, said } of MISUSES) {
    it(`refuse ${JSON.stringify(args.join(' '))} with code 64`, async () => {
      const { code, output, errors } = await holdfast(scene(), args);

      expect([code, output]).to.deep.equal([64, '']);
      expect(errors).to.match(said);
      expectHarmless(errors);
    });
  }

  for (const command of ['ps', 'tree', 'doctor']) {
    it(`explain ${command} with examples`, async () => {
      const { code, output } = await holdfast(scene(), [command, '--help']);

      expect(code).to.equal(0);
      expect(output).to.match(new RegExp(`^usage: holdfast ${command}`)).and.match(/\nExamples:\n {2}holdfast /).and.match(/64 wrong usage/);
    });
  }

  it('say that the records cannot be read', async () => {
    const home = scene().path('home');
    const directory = makeHome(home);
    await scene().start(['chmod', '777', directory]).ended();

    const { code, errors } = await holdfast(scene(), ['ps'], home);

    expect(code).to.equal(125);
    expect(errors).to.match(/^holdfast: the records cannot be read: EPERM: .*, lstat '/);
  });
});
