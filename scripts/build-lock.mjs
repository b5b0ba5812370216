// One build at a time in one tree: make and tsc do not expect a second writer. The lock of a build that
// died is taken over.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const POLL_MS = 100;

export function withBuildLock(path, work) {
  while (!taken(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
}

function taken(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!alive(path)) rmSync(path, { force: true });
    return false;
  }
}

function alive(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid === 0 || process.kill(pid, 0); // 0: its writer has made the file and not yet written it
  } catch (error) {
    return error.code === 'EPERM';
  }
}
