// Takes secrets out of text that is going to be kept and perhaps sent. Best effort: it knows what secrets commonly look
// like, and nobody should rely on it alone (docs/save.md#redaction). Every pattern takes time that grows with the text
// and no faster.

export interface Redacted {
  readonly text: string;
  /** How many were taken out. */
  readonly count: number;
}

const MARK = '[redacted]';

/** Beginnings that only keys and tokens have, each followed by enough of what they consist of. */
const TOKEN = new RegExp(
  [
    String.raw`\b(?:gh[pousr]|github_pat|glpat|gldt|npm|pypi|hf|dop_v1|doo_v1|shp(?:at|ss|ca|pa)|sk|rk|pk|whsec|xox[abeprs]|xapp|ya29|SG|dckr_pat|lin_api|sntrys)[-_.][A-Za-z0-9_.-]{12,}`,
    String.raw`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`,
    String.raw`\bAIza[A-Za-z0-9_-]{30,}`,
    String.raw`(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?`,
  ].join('|'),
  'g',
);

const PEM = /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|CERTIFICATE)[A-Z ]{0,20}-----[^-]*(?:-----END [A-Z0-9 ]{0,60}-----)?/g;
const USERINFO = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@]{1,512}@/gi;
const BEARER = /(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi;

/** A whole word, which may be a name, and what stands between it and its value: NAME=, "name": , --name and a blank. */
const NAME = /(?<![A-Za-z0-9_.-])(-*)([A-Za-z0-9][A-Za-z0-9_.-]*)(["']?\s{0,4}[=:]\s{0,4}|\s{1,4})/g;
const SECRET_NAME =
  /(?:(?:api|access|private|secret|signing|encryption|account)[-_]?key|token|secret|passw(?:or)?d|passphrase|credentials?|[a-z0-9]_key)(?:[-_.][a-z0-9]+)*$/i;
const LONGEST_NAME = 128;
const VALUE = /"[^"\n]{1,4096}"|'[^'\n]{1,4096}'|[^\s"',;]{3,4096}/y;

const LONG = /[A-Za-z0-9+/_-]{32,}={0,2}/g;
/** Bits a letter: base64 of random bytes has about 5, hexadecimal numbers less than 4, words less. */
const LEAST_ENTROPY = 4.2;

export function redact(text: string): Redacted {
  let count = 0;
  const mark = (): string => {
    count += 1;
    return MARK;
  };
  const afterHead = (_: string, head: string): string => head + mark();
  const redacted = text
    .replace(PEM, mark)
    .replace(USERINFO, (_, scheme: string) => `${scheme}${mark()}@`)
    .replace(BEARER, afterHead)
    .replace(TOKEN, mark)
    .replace(LONG, (long) => (isRandom(long) ? mark() : long));
  return { text: redactNamed(redacted, mark), count };
}

/** What is given to a name that speaks of a secret. A name may be a value itself: `env: TOKEN=...`. */
function redactNamed(text: string, mark: () => string): string {
  const parts: string[] = [];
  let done = 0;
  for (const { 0: whole, 1: dashes, 2: name = '', 3: between = '', index } of text.matchAll(NAME)) {
    const from = index + whole.length;
    const isGiven = /[=:]/.test(between) || (dashes === '--' && text[from] !== '-');
    if (index < done || !isGiven || !SECRET_NAME.test(name.slice(-LONGEST_NAME))) continue;
    VALUE.lastIndex = from;
    const [value] = VALUE.exec(text) ?? [];
    if (value === undefined || value.includes(MARK)) continue;
    parts.push(text.slice(done, from), mark());
    done = from + value.length;
  }
  return parts.join('') + text.slice(done);
}

/** Words and paths have no capital, small letter and digit all together in such disorder. */
function isRandom(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text) && entropyOf(text) >= LEAST_ENTROPY;
}

function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}
