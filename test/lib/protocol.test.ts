// The two halves of docs/protocol.md that are written in TypeScript: the launch request and the reading of facts.

import { expect } from 'chai';

import { termsFrom } from '#lib/options.js';
import { lastFailedCall, readBirth, readEnd, readMember, readRootEnd, readSurvivor, readUsage, unescapeField } from '#lib/tree/facts.js';
import { encodeLaunch, markOf, newTreeId } from '#lib/tree/launch-request.js';
import type { LaunchRequest } from '#lib/tree/launch-request.js';

const ID = '0123456789abcdef0123';
const REQUEST: LaunchRequest = {
  id: ID,
  mark: ID,
  program: { file: 'ls', args: ['ls', '-l'], env: ['A=1', 'HOLDFAST_TREE=x'], detached: false },
  stdio: ['null', 'passed', 'closed'],
  terms: termsFrom({ label: 'web', refuse: ['unrecorded'] }, 'linux'),
  owner: undefined,
  timeout: undefined,
};

function fieldsIn(request: LaunchRequest): [key: string, value: string][] {
  let rest = Buffer.from(encodeLaunch(request)).toString('latin1');
  const fields: [string, string][] = [];
  while (rest !== '') {
    const [, key = '', length = ''] = /^(\S+) (\d+)\n/.exec(rest) ?? [];
    const at = key.length + length.length + 2;
    fields.push([key, rest.slice(at, at + Number(length))]);
    expect(rest[at + Number(length)], key).to.equal('\n');
    rest = rest.slice(at + Number(length) + 1);
  }
  return fields;
}

describe('the launch request', () => {
  it('names program, stdio and terms', () => {
    expect(fieldsIn(REQUEST)).to.deep.equal([
      ['tree', ID],
      ['label', 'web'],
      ['mark', ID],
      ['file', 'ls'],
      ['arg', 'ls'],
      ['arg', '-l'],
      ['env', 'A=1'],
      ['stdio', 'null'],
      ['stdio', 'passed'],
      ['stdio', 'closed'],
      ['signals', 'defaults'],
      ['mechanism', 'cgroup'],
      ['mechanism', 'subreaper'],
      ['refuse', 'unrecorded'],
      ['when-root-exits', 'kill'],
      ['when-owner-dies', 'kill'],
      ['grace', '5000'],
    ]);
  });

  it('names what is only sometimes there', () => {
    const program = { ...REQUEST.program, cwd: '/tmp', uid: 1000, gid: -2, detached: true };

    const fields = fieldsIn({ ...REQUEST, program, owner: { pid: 7, startTime: 99n }, timeout: { ms: 100, signo: 9 } });

    const added: readonly [string, string][] = [
      ['cwd', '/tmp'],
      ['uid', '1000'],
      ['gid', '4294967294'],
      ['detached', '1'],
      ['owner', '7 99'],
      ['timeout', '100'],
      ['timeout-signal', '9'],
    ];
    expect(fields).to.deep.include.members(added as [string, string][]);
  });

  it('counts bytes, and lets any of them stand in a value', () => {
    const args = ['\u00e9\n\u{1f600}', ''];

    const fields = fieldsIn({ ...REQUEST, program: { ...REQUEST.program, args } });

    const sent = fields.filter(([key]) => key === 'arg').map(([, value]) => Buffer.from(value, 'latin1').toString());
    expect(sent).to.deep.equal(args);
  });
});

describe('a mark', () => {
  it('is a new id where there is no outer tree', () => {
    expect(newTreeId()).to.match(/^[0-9a-f]{20}$/);
    expect(markOf(ID, undefined)).to.equal(ID);
  });

  it('carries the outer tree first', () => {
    expect(markOf(ID, `${ID}.${ID}`)).to.equal(`${ID}.${ID}.${ID}`);
  });

  const FOREIGN: readonly string[] = ['', 'short', `${ID}.`, `${ID} ${ID}`, Array<string>(48).fill(ID).join('.')];
  for (const outer of FOREIGN) {
    it(`leaves out ${JSON.stringify(outer.slice(0, 30))}`, () => {
      expect(markOf(ID, outer)).to.equal(ID);
    });
  }
});

describe('the facts', () => {
  it('tell of a start', () => {
    const lines = ['guard 9 90', 'passed-over cgroup mkdir EACCES 13', 'mechanism subreaper broker,guard-killed', 'owner 5 50', 'started 10 100'];

    expect(readBirth(lines)).to.deep.equal({
      mechanism: 'subreaper',
      escapable: ['broker', 'guard-killed'],
      owner: { pid: 5, startTime: 50n },
      outcome: { kind: 'started', root: { pid: 10, startTime: 100n } },
    });
  });

  it('tell of a failure and of a refusal', () => {
    expect(readBirth(['failed execvp ENOENT 2']).outcome).to.deep.equal({ kind: 'failed', call: 'execvp', code: 'ENOENT', errno: 2 });
    expect(readBirth(['refused route guard-killed']).outcome).to.deep.equal({ kind: 'refused', what: 'route', detail: 'guard-killed' });
    expect(readBirth([]).outcome.kind).to.equal('refused');
  });

  it('tell of the call for which the last candidate was passed over', () => {
    const cgroup = 'passed-over cgroup write%20cgroup.procs EACCES 13';

    expect(lastFailedCall([cgroup, 'refused mechanism x'])).to.deep.equal({ call: 'write cgroup.procs', errno: 13 });
    expect(lastFailedCall([cgroup, 'passed-over subreaper leaves%20broker%20open REFUSED 0'])).to.equal(undefined);
    expect(lastFailedCall(['refused mechanism x'])).to.equal(undefined);
  });

  it('tell how the root ended', () => {
    expect(readRootEnd('exited 3')).to.deep.equal({ code: 3 });
    expect(readRootEnd('signaled 9')).to.deep.equal({ signo: 9 });
  });

  it('name members and survivors, with any byte in a name', () => {
    expect(readMember('member 4 44 1 S a%20b%0A')).to.deep.equal({ pid: 4, startTime: 44n, ppid: 1, state: 'S', name: 'a b\n' });
    expect(readMember('member 4 44 1 S a 1500 4096 20')).to.include({ name: 'a', cpuMicroseconds: 1500, memoryBytes: 4096, ageMs: 20 });
    expect(readSurvivor('survivor 4 44 uninterruptible %')).to.deep.equal({ pid: 4, startTime: 44n, why: 'uninterruptible', name: '' });
    expect(unescapeField('%C3%A9%FF')).to.equal('\u00e9\ufffd');
  });

  it('count', () => {
    expect(readUsage('usage 3 1500 4096')).to.deep.equal({ processes: 3, cpuMicroseconds: 1500, memoryBytes: 4096 });
    expect(readEnd('empty timeout 1 2 30', [])).to.deep.equal({
      reason: 'timeout',
      endedPolitely: 1,
      killed: 2,
      durationMs: 30,
      survivors: [],
    });
  });
});
