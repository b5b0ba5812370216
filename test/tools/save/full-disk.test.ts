// A disk that fills up: no half-written record, an exit code that says so, and nothing to repair afterwards.

import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { execPath } from 'node:process';
import { join } from 'node:path';

import { isIntact, type ContextRecord } from '#lib/tools/save/context-record.js';

import { itIf } from '../../support/mechanisms.js';
import { PROJECT_ROOT } from '../../support/project.js';
import { useScene } from '../../support/scene.js';
import { Repository } from './repository.js';

/** An ordinary user may mount in a user namespace, where that is allowed. */
const USER = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const IN_NAMESPACE = ['unshare', ...USER, '--mount', '--propagation', 'private'];
const NO_RECORD = `c-${'0'.repeat(32)}`;
const MOUNT = 'mount -t tmpfs -o size=128k,nr_inodes=100,mode=700 tmpfs';

function whyNoSmallDisk(): string | undefined {
  const [file, ...args] = [...IN_NAMESPACE, 'sh', '-c', `${MOUNT} /mnt`];
  const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
  return status === 0 ? undefined : `a small disk cannot be mounted here: ${error === undefined ? stderr.trim() : error.message}`;
}

interface Step {
  readonly free: number;
  readonly code: number;
  readonly errors: string;
}

describe('on a full disk', () => {
  const scene = useScene();

  beforeEach(() => {
    mkdirSync(scene().path('disk'));
    Repository.create(scene().path('app'));
  });

  /** Runs a script whose words `save`, `check`, `send`, `fill` and `room` do what they say. Its output. */
  function onSmallDisk(script: string): string {
    const command = `'${execPath}' '${join(PROJECT_ROOT, 'bin', 'holdfast.js')}'`;
    const app = scene().path('app');
    const lines = [
      'set -eu',
      `${MOUNT} '${scene().path('disk')}'`,
      `export HOME='${scene().path('nobody')}'`, // whoever maps himself to root has no right to root's
      `export HOLDFAST_HOME='${scene().path('disk')}/home'`,
      `disk='${scene().path('disk')}'; errors='${scene().path('errors')}'`,
      `save() { code=0; ${command} save now --project '${app}' "$@" >/dev/null 2>"$errors" || code=$?; }`,
      `check() { code=0; ${command} save-check --project '${app}' --force --no-sync >"$errors" 2>&1 || code=$?; }`,
      `send() { code=0; ${command} sync --now --remote "$1" >"$errors" 2>&1 || code=$?; }`,
      `commit() { git -C '${app}' -c user.name=a -c user.email=a@example.invalid commit -q --allow-empty -m "$1"; }`,
      'fill() { dd if=/dev/zero of="$disk/filler" bs=4096 2>/dev/null || true; }',
      'room() { fill; truncate -s "-$(($1 * 4096))" "$disk/filler"; }',
      'records() { find "$disk/home/state" -name "*.json" ! -name last-run.json ! -name seen.json -exec sh -c \'for f; do echo "record $(cat "$f")"; done\' sh {} +; }',
      script,
    ];
    const [file, ...args] = [...IN_NAMESPACE, 'sh', '-c', lines.join('\n')];
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  function stepsIn(output: string): Step[] {
    return [...output.matchAll(/^step (\d+) (\d+) (.*)$/gm)].map(([, free, code, errors]) => ({ free: Number(free), code: Number(code), errors: errors ?? '' }));
  }

  function expectWhole(output: string): ContextRecord[] {
    const records = [...output.matchAll(/^record (.*)$/gm)].map(([, text = '']) => JSON.parse(text) as ContextRecord);
    for (const record of records) expect(isIntact(record), 'a record is whole').to.equal(true);
    return records;
  }

  itIf(whyNoSmallDisk(), 'a save says so with exit code 73, whatever room is left, and the next one works when there is room', () => {
    const output = onSmallDisk(`
      save; echo "step 99 $code first"
      for free in 0 1 2 3 4 5 6; do
        commit "$free"; room "$free"; save; echo "step $free $code $(head -c 300 "$errors" | tr '\\n' ' ')"; records
        rm "$disk/filler"; save; echo "step 99 $code after"; records
      done
      echo "count $(ls "$disk/home/state/outbox" | wc -l) $(find "$disk/home" -name '.*-????????????' | wc -l)"`);

    const full = stepsIn(output).filter(({ free }) => free < 99);
    const after = stepsIn(output).filter(({ free }) => free === 99);
    expect(after.map(({ code }) => code), output).to.deep.equal(Array<number>(8).fill(0));
    expect(full.map(({ code }) => code), output).to.include(73).and.include(0);
    for (const { code, errors } of full) {
      expect([0, 73]).to.include(code);
      if (code === 73) expect(errors).to.match(/holdfast: ENOSPC: no space left on device, \w+/);
    }
    expectWhole(output);
    expect(output, 'each state once, and nothing unfinished').to.match(/^count 8 0$/m);
  });

  itIf(whyNoSmallDisk(), 'save-check says so with exit code 73, also when not even its lock can be made', () => {
    const output = onSmallDisk(`
      mkdir -m 700 "$HOLDFAST_HOME"; fill
      check; echo "step 0 $code $(tr '\\n' ' ' < "$errors")"
      rm "$disk/filler"; check; echo "step 99 $code after"; records
      for free in 0 1 2 3; do
        commit "$free"; room "$free"; check; echo "step $free $code $(tr '\\n' ' ' < "$errors")"; rm "$disk/filler"
      done
      check; echo "step 99 $code last"; records`);

    const steps = stepsIn(output);
    const full = steps.filter(({ free }) => free < 99);
    expect(steps.filter(({ free }) => free === 99).map(({ code }) => code), output).to.deep.equal([0, 0]);
    expect(full[0], output).to.include({ code: 73 });
    for (const { code, errors } of full) {
      expect([0, 73], output).to.include(code);
      if (code === 73) expect(errors).to.match(/ENOSPC: no space left on device/);
    }
    expect(expectWhole(output)).to.have.length.greaterThan(2);
  });

  itIf(whyNoSmallDisk(), 'and on one without a free inode', () => {
    const output = onSmallDisk(`
      save; commit again
      i=0; while touch "$disk/i$i" 2>/dev/null; do i=$((i + 1)); done
      save; echo "step 0 $code $(cat "$errors")"; records
      rm "$disk"/i*; save; echo "step 99 $code after"; records`);

    expect(stepsIn(output).map(({ code }) => code), output).to.deep.equal([73, 0]);
    expectWhole(output);
  });

  itIf(whyNoSmallDisk(), 'sync says so with exit code 73, names the file, and keeps everything, which goes when there is room', () => {
    mkdirSync(scene().path('remote'));
    const output = onSmallDisk(`
      save; commit second; save
      fill; send http://127.0.0.1:1; echo "step 0 $code $(cat "$errors")"; records; rm "$disk/filler"
      echo '{}' > "$disk/home/state/outbox/7-${NO_RECORD}.json"
      fill; send 'file://${scene().path('remote')}'; echo "step 1 $code $(cat "$errors")"; rm "$disk/filler"
      send 'file://${scene().path('remote')}'; echo "step 99 $code after"
      cd "$disk/home/state"; echo "outbox $(ls outbox | wc -l), sent $(ls sent | wc -l), failed $(ls failed | wc -l)"`);

    const [away, refused, after] = stepsIn(output);
    expect([away?.code, refused?.code, after?.code], output).to.deep.equal([73, 73, 65]);
    expect(away?.errors).to.match(/^holdfast: ENOSPC: [^']+ '\S+\/state\/attempts\.json'; everything is kept$/);
    expect(refused?.errors).to.match(/^holdfast: ENOSPC: [^']+ '\S+\/state\/failed\/7-c-0+\.reason'; everything is kept$/);
    expect(expectWhole(output), 'two that wait, and the last one of the project').to.have.length(3);
    const held = readdirSync(scene().path('remote'), { recursive: true, encoding: 'utf8' });
    expect(held.filter((path) => path.endsWith('.json'))).to.have.length(2);
    expect(output).to.match(/^outbox 0, sent 2, failed 2$/m);
  });
});
