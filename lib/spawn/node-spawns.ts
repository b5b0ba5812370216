// Node's own functions as they were when this library was loaded: whoever puts spawnContained() in the place of
// child_process.spawn() must not make it call itself.

import * as childProcess from 'node:child_process';

export const { exec, execFile, fork, spawn } = childProcess;
