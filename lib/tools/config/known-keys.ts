// What the schema of the configuration knows: every key by its path, and which of those known is nearest to one that
// is not.

export interface KnownKey {
  /** `sync.backoff.minMs`. */
  readonly path: string;
  readonly isSection: boolean;
  /** Whether it takes text; other keys take numbers, booleans and lists. */
  readonly isText: boolean;
}

/** Sections come before what is in them. */
export function knownKeys(): readonly KnownKey[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- copied by scripts/build-checks.mjs
  return keysIn(require('./config.schema.json') as Schema, '');
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

function keysIn({ properties = {} }: Schema, above: string): KnownKey[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const path = `${above}${key}`;
    const isText = [schema.type].flat().includes('string') || typeof schema.enum?.[0] === 'string';
    return [{ path, isSection: schema.properties !== undefined, isText }, ...keysIn(schema, `${path}.`)];
  });
}

const FARTHEST = 3;

/** Undefined when none is near. Of a path its last part may be the near one. */
export function nearestTo(name: string, known: readonly string[]): string | undefined {
  const last = (whole: string): string => whole.split('.').at(-1) ?? whole;
  const ranked = known
    .map((candidate) => {
      const ofLast = distance(last(name), last(candidate)) + 0.5;
      return { candidate, distance: Math.min(distance(name, candidate), ofLast) };
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
