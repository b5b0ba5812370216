// The one way in which text that others have chosen (names of processes, programs, paths, words of errors) reaches a
// terminal or a file: nothing in it can move a cursor, turn the direction of writing, or hide.

// Control characters (ANSI sequences begin with one), what turns the direction of writing or has no width, private and
// unpaired code units, line separators, and blanks that are not spaces. The backslash, so that no escape can be forged.
const UNPRINTABLE =
  '[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\\\]|(?! )\\p{Zs}';
/** Most text: V8 takes more than a millisecond to build the sets of the other expression. */
const PLAIN = /^[ -~]*$/;

/** The text on one line, with `\xNN` or `\u{NNNN}` for whatever a terminal would not simply show. */
export function printable(text: string): string {
  return PLAIN.test(text) && !text.includes('\\') ? text : text.replace(unprintable(), escaped);
}

/** A value as JSON on one line, free of the same characters. Bigints are written as strings. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  if (PLAIN.test(text)) return text;
  return text.replace(unprintable(), (found) => (found === '\\' ? found : escapedInJson(found)));
}

function unprintable(): RegExp {
  return new RegExp(UNPRINTABLE, 'gu');
}

function escaped(found: string): string {
  if (found === '\\') return '\\\\';
  const code = found.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex.padStart(4, '0')}}`;
}

function escapedInJson(found: string): string {
  const units = Array.from({ length: found.length }, (_, index) => found.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
