// The version of this package, as records, reports and user agents name it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function toolVersion(): string {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
