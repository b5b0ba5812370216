// What a schema check found, in words: the path of the key, what was expected, what came.

export interface SchemaProblem {
  /** A JSON pointer. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly parentSchema?: { readonly properties?: object };
  readonly schemaPath: string;
}

/** A line each, in the order in which they were found. */
export function describeProblems(problems: readonly SchemaProblem[], value: unknown): readonly string[] {
  const known = knownKeys();
  return problems.map((problem) => {
    if (problem.keyword === 'additionalProperties') return aboutUnknown(problem, known);
    const came = valueAt(value, problem.instancePath);
    return `${pathOf(problem.instancePath)}: expected ${expectedBy(problem)}, got ${shown(came)}`;
  });
}

function aboutUnknown({ instancePath, params }: SchemaProblem, known: readonly string[]): string {
  const path = pathOf(`${instancePath}/${String(params['additionalProperty'])}`);
  const nearest = nearestTo(path, known);
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

/** Every path that the schema knows. */
function knownKeys(): readonly string[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- copied by scripts/build-config-check.mjs
  return pathsIn(require('./config.schema.json') as Schema);
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function pathsIn({ properties = {} }: Schema): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => [key, ...pathsIn(schema).map((path) => `${key}.${path}`)]);
}

const FARTHEST = 3;

function nearestTo(path: string, known: readonly string[]): string | undefined {
  const last = (whole: string): string => whole.split('.').at(-1) ?? whole;
  const ranked = known
    .map((candidate) => {
      const ofLast = distance(last(path), last(candidate)) + 0.5;
      return { candidate, distance: Math.min(distance(path, candidate), ofLast) };
    })
    .sort((one, other) => one.distance - other.distance);
  return ranked[0] !== undefined && ranked[0].distance <= FARTHEST ? ranked[0].candidate : undefined;
}

/** Levenshtein's: letters to insert, delete or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(one).entries()) {
    row = row.reduce<number[]>((next, above, column) => {
      if (column === 0) return [line + 1];
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      return [...next, Math.min(replaced, above + 1, (next[column - 1] ?? 0) + 1)];
    }, []);
  }
  return row.at(-1) ?? 0;
}
