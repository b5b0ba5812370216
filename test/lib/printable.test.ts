// The one escaping function of the commands: no text can move a cursor, turn the direction of writing, or hide.

import { expect } from 'chai';

import { printable, printableJson } from '#lib/printable.js';

const HOSTILE: readonly { readonly what: string; readonly text: string; readonly shown: string }[] = [
  { what: 'a line feed', text: 'a\nb', shown: 'a\\x0ab' },
  { what: 'a carriage return', text: 'a\rb', shown: 'a\\x0db' },
  { what: 'a tab', text: 'a\tb', shown: 'a\\x09b' },
  { what: 'a NUL', text: 'a\0b', shown: 'a\\x00b' },
  { what: 'an ANSI sequence', text: '\x1b[2J', shown: '\\x1b[2J' },
  { what: 'a title', text: '\x1b]0;x\x07', shown: '\\x1b]0;x\\x07' },
  { what: 'DEL', text: '\x7f', shown: '\\x7f' },
  { what: 'a C1 control', text: '\x9b2J', shown: '\\x9b2J' },
  { what: 'right-to-left override', text: 'a\u202etxt', shown: 'a\\u{202e}txt' },
  { what: 'an isolate', text: '\u2066a\u2069', shown: '\\u{2066}a\\u{2069}' },
  { what: 'an Arabic letter mark', text: '\u061c', shown: '\\u{061c}' },
  { what: 'a zero width space', text: 'a\u200bb', shown: 'a\\u{200b}b' },
  { what: 'a byte order mark', text: '\ufeff', shown: '\\u{feff}' },
  { what: 'a soft hyphen', text: '\xad', shown: '\\xad' },
  { what: 'a line separator', text: '\u2028', shown: '\\u{2028}' },
  { what: 'a no-break space', text: 'a\xa0b', shown: 'a\\xa0b' },
  { what: 'a Hangul filler', text: '\u3164', shown: '\\u{3164}' },
  { what: 'a tag', text: '\u{e0041}', shown: '\\u{e0041}' },
  { what: 'half a surrogate pair', text: '\ud800', shown: '\\u{d800}' },
  { what: 'a character for private use', text: '\ue000', shown: '\\u{e000}' },
  { what: 'a forged escape', text: '\\x1b', shown: '\\\\x1b' },
];

const HARMLESS: readonly string[] = ['', 'sh', 'a b  c', "it's \"quoted\"", '100%', 'gr\u00fcn', '\u65e5\u672c', '\u05d0', '\u{1f600}'];

describe('printable text', () => {
  for (const { what, text, shown } of HOSTILE) {
    it(`shows ${what}`, () => {
      expect(printable(text)).to.equal(shown);
    });
  }

  for (const text of HARMLESS) {
    it(`leaves ${JSON.stringify(text)} as it is`, () => {
      expect(printable(text)).to.equal(text);
      expect(printable(printable(text))).to.equal(printable(text));
    });
  }

  it('is the same value in JSON, without a character that a terminal would obey', () => {
    const value = { hostile: HOSTILE.map(({ text }) => text), harmless: HARMLESS, pid: 7, absent: undefined };

    const text = printableJson(value);

    expect(JSON.parse(text)).to.deep.equal({ hostile: value.hostile, harmless: value.harmless, pid: 7 });
    expect(text.replaceAll('\\', '')).to.equal(printable(text.replaceAll('\\', '')));
  });

  it('writes large numbers as text in JSON', () => {
    expect(printableJson({ startTime: 18446744073709551615n })).to.equal('{"startTime":"18446744073709551615"}');
  });
});
