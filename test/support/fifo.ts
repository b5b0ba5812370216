// Writes to a FIFO. Never waits inside open(2) for a reader: that would hold up the whole run.

import { closeSync, constants, openSync, writeSync } from 'node:fs';

import { eventually } from './eventually.js';

export async function writeToFifo(path: string, text: string): Promise<void> {
  const fd = await eventually(`somebody reads ${path}`, () => tryToOpen(path));
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function tryToOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined; // no reader: fifo(7)
    throw error;
  }
}
