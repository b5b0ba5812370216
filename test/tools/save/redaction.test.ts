// What looks like a secret is taken out of what is kept; what does not is kept; and no text takes long.

import { expect } from 'chai';
import { randomBytes } from 'node:crypto';

import { redact } from '#lib/tools/save/redact.js';

const LETTERS = 'abcdefghijklmnopqrstuvwx';

const SECRETS: readonly (readonly [string, string])[] = [
  [`ghp_${LETTERS}`, '[redacted]'],
  [`see github_pat_${LETTERS}.`, 'see [redacted]'],
  ['AKIAABCDEFGHIJKLMNOP', '[redacted]'],
  [`eyJhbGciOiJI.${LETTERS}.${LETTERS}`, '[redacted]'],
  [`-----BEGIN RSA PRIVATE KEY-----\n${LETTERS}\n-----END RSA PRIVATE KEY-----`, '[redacted]'],
  ['git clone https://user:pass@example.org/x', 'git clone https://[redacted]@example.org/x'],
  ['Authorization: Bearer abcdef012345', 'Authorization: Bearer [redacted]'],
  ['export API_KEY=abcdef', 'export API_KEY=[redacted]'],
  ['{"client_secret": "a b, c"}', '{"client_secret": [redacted]}'],
  ["password: 'hunter 22'", 'password: [redacted]'],
  ['env: MY_TOKEN=abc', 'env: MY_TOKEN=[redacted]'],
  ['curl --password hunter22 --verbose', 'curl --password [redacted] --verbose'],
  ['CLIENT-SECRET-V2 = abc', 'CLIENT-SECRET-V2 = [redacted]'],
];

const HARMLESS = [
  'the token is in the vault, the password is not',
  'tokenizer: bpe; monkey: banana; keys: 3',
  'commit 0123456789abcdef0123456789abcdef01234567',
  '/home/somebody/src/a-project-with-a-long-name/test/tools/save/redaction.test.ts',
  'login --token --verbose',
];

/** Each once made one of the patterns look at the same text again and again. */
const SLOW = ['a', 'a-', 'token', 'A_KEY', 'eyJaaaaaaaaa-', 'eyJ', '-----BEGIN PRIVATE KEY-----', 'bearer ', 'x://', '--token ', 'token:"', '-'];
const LONG = 1024 * 1024;
const ENOUGH_MS = 5000;

describe('the redaction', () => {
  for (const [text, clean] of SECRETS) {
    it(`makes ${JSON.stringify(clean)} of ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(redact(text)).to.deep.equal({ text: clean, count: 1 });
    });
  }

  it('takes out long text that looks random', () => {
    const keys = Array.from({ length: 20 }, () => randomBytes(48).toString('base64'));

    expect(redact(keys.join('\n'))).to.deep.equal({ text: keys.map(() => '[redacted]').join('\n'), count: 20 });
  });

  for (const text of HARMLESS) {
    it(`leaves ${JSON.stringify(text.slice(0, 40))} as it is`, () => {
      expect(redact(text)).to.deep.equal({ text, count: 0 });
    });
  }

  for (const piece of SLOW) {
    it(`takes time that grows with the text and no faster: 1 MiB of ${JSON.stringify(piece)}`, () => {
      const began = performance.now();

      redact(piece.repeat(LONG / piece.length));

      expect(performance.now() - began).to.be.lessThan(ENOUGH_MS);
    });
  }
});
