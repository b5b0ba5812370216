// Certificates for servers of one test, signed by an authority of its own, as a company has one.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly keyPath: string;
  readonly certPath: string;
  readonly key: string;
  readonly cert: string;
}

export class Authority {
  /** Its own certificate, for NODE_EXTRA_CA_CERTS. */
  readonly path: string;
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.path = join(directory, 'ca.pem');
    const key = join(directory, 'ca.key');
    openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', this.path, '-subj', '/CN=an authority', '-days', '2');
  }

  /** For that name: `DNS:host` or `IP:address`. */
  certify(name: string): Certificate {
    const [keyPath, request, certPath, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) => join(this.#directory, `server.${end}`)) as [string, string, string, string];
    writeFileSync(extensions, `subjectAltName=${name}\n`);
    openssl('req', ...NEW_KEY, '-keyout', keyPath, '-out', request, '-subj', '/CN=a server');
    const authority = ['-CA', this.path, '-CAkey', join(this.#directory, 'ca.key'), '-CAcreateserial'];
    openssl('x509', '-req', '-in', request, ...authority, '-out', certPath, '-days', '2', '-extfile', extensions);
    return { keyPath, certPath, key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') };
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
