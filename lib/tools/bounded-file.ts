// Small files that others may have written: read up to a limit, never waited for (a FIFO is no file), and never
// through the blocking calls of Node, so that whoever asks can stop waiting.

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

// So that a FIFO without a writer does not hold up open(2). Windows has neither.
const NONBLOCK = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/** Undefined when there is no such file. Throws when it is no regular file, or larger than `most` bytes. */
export async function readBounded(path: string, most: number): Promise<Buffer | undefined> {
  const file = await openIfAny(path);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error(`${path}: expected a regular file`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most + 1), 0, most + 1, 0);
    if (bytesRead > most) throw new Error(`${path}: expected at most ${most} bytes, got more`);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last bytes of a regular file, or all of it. Undefined when there is none. */
export async function readTail(path: string, most: number): Promise<Buffer | undefined> {
  const file = await openIfAny(path);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error(`${path}: expected a regular file`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, Math.max(0, found.size - most));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function openIfAny(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
