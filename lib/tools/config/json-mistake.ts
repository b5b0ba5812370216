// Where a text stops being JSON: what JSON.parse() says of it depends on the version of Node and quotes parts of the
// text, which may be secret.

const BLANKS = /[ \t\r\n]*/y;
const TOKEN =
  /([[\]{},:])|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/** Line and column of the first mistake, both from 1, and what stands there. */
export function mistakeIn(text: string): string {
  const at = offsetOfMistake(text);
  const before = text.slice(0, at).split('\n');
  const [found] = text.slice(at, at + 2);
  const got = found === undefined ? 'the end of the text' : JSON.stringify(found);
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: got ${got}`;
}

/** What may come next. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'end or ,';

function offsetOfMistake(text: string): number {
  const open: string[] = [];
  let expected: Expected | undefined = 'value';
  for (let at = 0; ; at = TOKEN.lastIndex) {
    BLANKS.lastIndex = at;
    BLANKS.exec(text);
    TOKEN.lastIndex = BLANKS.lastIndex;
    const start = BLANKS.lastIndex;
    const [token, mark] = TOKEN.exec(text) ?? [];
    if (token === undefined) return start;
    expected = after(expected, mark ?? (token.startsWith('"') ? 'text' : 'value'), open);
    if (expected === undefined) return start;
  }
}

function after(expected: Expected, token: string, open: string[]): Expected | undefined {
  const wantsValue = expected.startsWith('value');
  if (wantsValue && (token === '[' || token === '{')) {
    open.push(token);
    return token === '[' ? 'value or ]' : 'key or }';
  }
  if (wantsValue && (token === 'text' || token === 'value')) return 'end or ,';
  if (expected.startsWith('key') && token === 'text') return ':';
  if (expected === ':' && token === ':') return 'value';
  const last = open.at(-1);
  if (expected === 'end or ,' && token === ',' && last !== undefined) return last === '[' ? 'value' : 'key';
  const closes = (token === ']' && last === '[') || (token === '}' && last === '{');
  if (!closes || !(expected === 'end or ,' || expected.endsWith(token))) return undefined;
  open.pop();
  return 'end or ,';
}
