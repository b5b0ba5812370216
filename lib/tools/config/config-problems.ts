// Checks a configuration against its schema, and says what is wrong in words: the path of the key, what was expected,
// what came.

import { knownKeys, nearestTo } from './known-keys.js';

interface Check {
  (value: unknown): boolean;
  errors?: readonly SchemaProblem[] | null;
}

interface SchemaProblem {
  /** A JSON pointer. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly parentSchema?: { readonly properties?: object };
  readonly schemaPath: string;
}

/**
 * A line each, in the order in which they were found; none when it is right, and then its defaults are filled in, in
 * place. `nameOf` tells what a path is called.
 */
export function problemsIn(value: unknown, nameOf = (path: string): string => path): readonly string[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- made by scripts/build-checks.mjs
  const check = require('./config-check.cjs') as Check;
  if (check(value)) return [];
  return (check.errors ?? []).map((problem) => {
    if (problem.keyword === 'additionalProperties') return aboutUnknown(problem);
    const came = valueAt(value, problem.instancePath);
    return `${nameOf(pathOf(problem.instancePath))}: expected ${expectedBy(problem)}, got ${shown(came)}`;
  });
}

function aboutUnknown({ instancePath, params }: SchemaProblem): string {
  const path = pathOf(`${instancePath}/${String(params['additionalProperty'])}`);
  const nearest = nearestTo(
    path,
    knownKeys().map((key) => key.path),
  );
  return `${path}: there is no such key${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
}

function expectedBy({ keyword, params, message = keyword }: SchemaProblem): string {
  switch (keyword) {
    case 'type':
      return [params['type']].flat().join(' or ');
    case 'enum':
      return `one of ${(params['allowedValues'] as unknown[]).map((allowed) => JSON.stringify(allowed)).join(', ')}`;
    case 'const':
      return JSON.stringify(params['allowedValue']);
    case 'minimum':
      return `at least ${String(params['limit'])}`;
    case 'maximum':
      return `at most ${String(params['limit'])}`;
    case 'pattern':
      return 'text that is not empty';
    default:
      return message;
  }
}

const LONGEST_SHOWN = 80;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value).slice(0, LONGEST_SHOWN);
}

function keysIn(pointer: string): string[] {
  return pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pathOf(pointer: string): string {
  return keysIn(pointer).join('.') || 'the whole';
}

function valueAt(value: unknown, pointer: string): unknown {
  return keysIn(pointer).reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);
}
