// Compiles the JSON schemas of lib to modules that check a value, so that whoever checks one loads no schema compiler:
// a hook has no time for that.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PROJECT_ROOT } from './sources.mjs';

/** And tells all that is wrong. */
const FILLS_IN = { useDefaults: true, allErrors: true };

/** Fills in the defaults of the configuration, too. Its schema is a part of the package: it says what may be set. */
export function buildChecks() {
  const config = build('tools/config/config.schema.json', 'tools/config/config-check.cjs', FILLS_IN);
  writeChanged(join(PROJECT_ROOT, 'dist', 'tools', 'config', 'config.schema.json'), config);
  build('tools/save/context.schema.json', 'tools/save/context-check.cjs');
}

/** Returns the schema. */
function build(from, to, options = {}) {
  const require = createRequire(import.meta.url);
  const Ajv = require('ajv');
  const standaloneCode = require('ajv/dist/standalone').default;
  const schema = readFileSync(join(PROJECT_ROOT, 'lib', from), 'utf8');
  const settings = { strict: true, strictTuples: false, allowUnionTypes: true, ...options };
  const ajv = new Ajv({ ...settings, code: { source: true, lines: true } });
  const code = standaloneCode(ajv, ajv.compile(JSON.parse(schema)));
  if (code.includes('require(')) throw new Error(`${to} must not load anything`);
  const path = join(PROJECT_ROOT, 'dist', to);
  mkdirSync(dirname(path), { recursive: true });
  writeChanged(path, code);
  return schema;
}

/** A file that stays as it is may be in use. */
function writeChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
