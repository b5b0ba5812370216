// An nginx with WebDAV for as long as a bench needs it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { answers, freePort, nginxAt, nginxPath } from '../test/support/nginx.js';

type Work = (directory: string, url: string) => void | Promise<void>;

/** `work` gets a directory of its own, and where the store is. Where there is no nginx it is not called. */
export async function withWebDav(section: string, work: Work): Promise<void> {
  if (nginxPath() === undefined) return console.log(`\n${section}: skipped, nginx is not installed`);
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const port = await freePort();
  const [nginx, ...words] = nginxAt(join(directory, 'nginx'), port);
  const server = spawn(nginx, words, { stdio: 'ignore' });
  try {
    await answers(`http://127.0.0.1:${port}/`);
    await work(directory, `http://127.0.0.1:${port}`);
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(directory, { recursive: true, force: true });
  }
}
