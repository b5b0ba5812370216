// Compiles lib/tools/config/config.schema.json to dist/tools/config/config-check.cjs, which checks a
// configuration and fills in the defaults without loading a schema compiler: a hook has no time for that.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { PROJECT_ROOT } from './sources.mjs';

export function buildConfigCheck() {
  const require = createRequire(import.meta.url);
  const Ajv = require('ajv');
  const standaloneCode = require('ajv/dist/standalone').default;
  const schema = readFileSync(join(PROJECT_ROOT, 'lib', 'tools', 'config', 'config.schema.json'), 'utf8');
  const to = join(PROJECT_ROOT, 'dist', 'tools', 'config');
  const options = { allErrors: true, useDefaults: true, strict: true, allowUnionTypes: true };
  const ajv = new Ajv({ ...options, code: { source: true, lines: true } });
  const code = standaloneCode(ajv, ajv.compile(JSON.parse(schema)));
  if (code.includes('require(')) throw new Error('the check of the configuration must not load anything');
  mkdirSync(to, { recursive: true });
  writeChanged(join(to, 'config-check.cjs'), code);
  writeChanged(join(to, 'config.schema.json'), schema);
}

/** A file that stays as it is may be in use. */
function writeChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
