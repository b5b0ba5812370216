// An nginx with WebDAV, as Debian has it, at a free port.

import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { eventually } from './eventually.js';

/** Undefined where it is not installed. Debian keeps it outside of an ordinary PATH. */
export function nginxPath(): string | undefined {
  const places = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin'].map((folder) => join(folder, 'nginx'));
  return places.find((path) => existsSync(path));
}

const PROPFIND_MODULE = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so';

/** Whether its collections tell what is in them: the module for that is a package of its own. */
export function canBeListed(): boolean {
  return existsSync(PROPFIND_MODULE);
}

/** Lays one out in this directory, which keeps its files in `files`, and gives the words that start it. */
export function nginxAt(home: string, port: number): [file: string, ...args: string[]] {
  const configuration = join(home, 'nginx.conf');
  mkdirSync(join(home, 'files'), { recursive: true });
  writeFileSync(configuration, configurationOf(home, port));
  return [nginxPath() ?? '', '-p', home, '-c', configuration, '-e', join(home, 'error.log')];
}

/** One process; nothing outside of its own directory. */
function configurationOf(home: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    master_process off;
    pid ${home}/pid;
    ${canBeListed() ? `load_module ${PROPFIND_MODULE};` : ''}
    events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${home}/${name};`).join('\n      ')}
      server {
        listen 127.0.0.1:${port};
        root ${home}/files;
        location / {
          dav_methods PUT DELETE MKCOL;
          client_max_body_size 1m;
          ${canBeListed() ? 'dav_ext_methods PROPFIND;' : ''}
        }
      }
    }
  `;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a server answers there, whatever it says. */
export async function answers(url: string): Promise<void> {
  await eventually(`${url} answers`, async () => fetch(url).then((reply) => reply.arrayBuffer(), () => undefined));
}
