// JSON as text with places, so that a part can be put in or taken out and every other byte stays: the order of keys,
// indentation, numbers as they were written. Strict: what JSON.parse() refuses is refused, with line and column.

const DEEPEST = 128;
const BLANK = /[ \t\r\n]*/y;
const SCALAR = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** A value and where it stands; of a member of an object, where its key begins. */
export interface JsonPart {
  readonly start: number;
  readonly end: number;
  readonly kind: 'object' | 'array' | 'scalar';
  readonly value: unknown;
  /** Of members only. */
  readonly key?: string;
  /** In this order. */
  readonly parts: readonly JsonPart[];
  /** Where the value itself begins. */
  readonly valueStart: number;
}

/** Text that is no JSON. */
export class JsonProblem extends Error {}

export function parseJson(text: string): JsonPart {
  const reader = new Reader(text);
  const whole = reader.value(0);
  reader.end();
  return whole;
}

/** The last one of that name: it is the one that counts. */
export function memberOf(object: JsonPart, key: string): JsonPart | undefined {
  return object.parts.filter((part) => part.key === key).at(-1);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number, start?: number, key?: string): JsonPart {
    this.#skip();
    const valueStart = this.#at;
    const head = { start: start ?? valueStart, valueStart, ...(key !== undefined && { key }) };
    if (depth > DEEPEST) throw this.#problem(`at most ${DEEPEST} levels`);
    const opening = this.#text[this.#at];
    if (opening === '{' || opening === '[') {
      const parts = opening === '{' ? this.#list('}', () => this.#member(depth)) : this.#list(']', () => this.value(depth + 1));
      const kind = opening === '{' ? 'object' : 'array';
      const value = kind === 'array' ? parts.map((part) => part.value) : Object.fromEntries(parts.map((part) => [part.key ?? '', part.value]));
      return { ...head, end: this.#at, kind, value, parts };
    }
    const value = JSON.parse(this.#scalar('a value')) as unknown;
    return { ...head, end: this.#at, kind: 'scalar', value, parts: [] };
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw this.#problem('the end');
  }

  #member(depth: number): JsonPart {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#problem('a key in double quotes');
    const key = JSON.parse(this.#scalar('a key')) as string;
    this.#skip();
    this.#take(':');
    return this.value(depth + 1, start, key);
  }

  #list(closing: string, read: () => JsonPart): JsonPart[] {
    this.#at += 1;
    this.#skip();
    const parts: JsonPart[] = [];
    while (this.#text[this.#at] !== closing || parts.length > 0) {
      parts.push(read());
      this.#skip();
      if (this.#text[this.#at] === closing) break;
      this.#take(',');
      this.#skip();
    }
    this.#at += 1;
    return parts;
  }

  #scalar(what: string): string {
    SCALAR.lastIndex = this.#at;
    const [found] = SCALAR.exec(this.#text) ?? [];
    if (found === undefined) throw this.#problem(what);
    this.#at += found.length;
    return found;
  }

  #take(letter: string): void {
    if (this.#text[this.#at] !== letter) throw this.#problem(`'${letter}'`);
    this.#at += 1;
  }

  #skip(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#text);
    this.#at = BLANK.lastIndex;
  }

  #problem(expected: string): JsonProblem {
    const before = this.#text.slice(0, this.#at).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    const rest = this.#text.slice(this.#at);
    if (/^\/[/*]/.test(rest)) return new JsonProblem(`${place}: expected ${expected}, got a comment, which JSON does not have`);
    const got = rest === '' ? 'the end' : JSON.stringify(rest.slice(0, 20).split('\n')[0]);
    return new JsonProblem(`${place}: expected ${expected}, got ${got}`);
  }
}

/** What is put in: an element of an array, or with a key a member of an object. */
export interface NewPart {
  readonly key?: string;
  readonly value: unknown;
}

/** The text with one part more at the end of an object or array, written as its neighbours are. */
export function withPart(text: string, container: JsonPart, part: NewPart): string {
  const last = container.parts.at(-1);
  if (last === undefined) return withFirstPart(text, container, part);
  const before = container.parts.at(-2);
  const gap = /[ \t\r\n]*$/.exec(text.slice(before?.end ?? container.valueStart + 1, last.start))?.[0] ?? '';
  const indent = /\n([ \t]*)$/.exec(gap)?.[1];
  const shown = indent === undefined ? onOneLine(part) : onLines(text, part, indent);
  const lead = indent === undefined ? gap : newline(text) + indent;
  return `${text.slice(0, last.end)},${lead}${shown}${text.slice(last.end)}`;
}

function withFirstPart(text: string, container: JsonPart, part: NewPart): string {
  const [head, tail] = [text.slice(0, container.valueStart + 1), text.slice(container.end - 1)];
  const isOnOneLine = /^\s*[[{][^\n]*\S[^\n]*[\]}]\s*$/.test(text) && !/^\s*(\{\s*\}|\[\s*\])\s*$/.test(text);
  if (isOnOneLine) return head + onOneLine(part) + tail;
  const line = text.slice(text.lastIndexOf('\n', container.valueStart) + 1, container.valueStart);
  const outer = /^[ \t]*/.exec(line)?.[0] ?? '';
  const inner = outer + unitOf(text);
  return `${head}${newline(text)}${inner}${onLines(text, part, inner)}${newline(text)}${outer}${tail}`;
}

/** The text without one part: the text before `withPart()`, but for blanks in a container that was empty. */
export function withoutPart(text: string, container: JsonPart, part: JsonPart): string {
  const at = container.parts.indexOf(part);
  const [before, after] = [container.parts[at - 1], container.parts[at + 1]];
  if (before !== undefined) return text.slice(0, before.end) + text.slice(part.end);
  if (after !== undefined) return text.slice(0, part.start) + text.slice(after.start);
  return text.slice(0, container.valueStart + 1) + text.slice(container.end - 1);
}

function onOneLine({ key, value }: NewPart): string {
  return (key === undefined ? '' : `${JSON.stringify(key)}: `) + JSON.stringify(value);
}

function onLines(text: string, { key, value }: NewPart, indent: string): string {
  const lines = JSON.stringify(value, undefined, unitOf(text)).replaceAll('\n', newline(text) + indent);
  return (key === undefined ? '' : `${JSON.stringify(key)}: `) + lines;
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** What the first indented line is indented by. */
function unitOf(text: string): string {
  return /\n([ \t]{1,10})[^\s]/.exec(text)?.[1] ?? '  ';
}
