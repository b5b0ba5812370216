// Which paths of a project are meant by its lists of paths and patterns. A repository may bring these along, so they
// are bounded, and so is the work: each step of a comparison counts, and no pattern makes it go back over more than
// the last star. Why picomatch does not do: docs/tools.md#libraries.

const MOST_PATTERNS = 64;
const LONGEST_PATTERN = 256;
/** Some tenths of a second. */
const MOST_STEPS = 20_000_000;

export const PATTERNS_EXPECTED = `a list of up to ${MOST_PATTERNS} relative paths or patterns that stay in the project, of up to ${LONGEST_PATTERN} characters each`;

export function isListOfPatterns(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MOST_PATTERNS && value.every(isPattern);
}

/** Windows takes `C:x` for a path of another directory and the backslash for a slash, git neither. */
function isPattern(text: unknown): boolean {
  if (typeof text !== 'string' || text.length > LONGEST_PATTERN || /^\/|^[A-Za-z]:|[\\\p{Cc}]/u.test(text)) return false;
  const parts = partsOf(text);
  return parts.length > 0 && !parts.includes('..');
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Anything, of any length: `*` among letters, `**` among names. */
const ANY = Symbol('any');
type Name = readonly string[];
type NamePattern = readonly (string | typeof ANY)[];
type PathPattern = readonly (NamePattern | typeof ANY)[];

/** `whole`: the pattern is met. `start`: what goes on so may meet it. */
type Fit = 'whole' | 'start' | 'none';

export interface PathLists {
  /** None: every path. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * A path means that file or everything below that directory; `*` is anything within a name, `?` one letter, `**` any
 * number of directories. No other character has a meaning.
 */
export class PathFilter {
  readonly #include: readonly PathPattern[];
  readonly #exclude: readonly PathPattern[];
  #stepsLeft = MOST_STEPS;

  constructor({ include, exclude }: PathLists) {
    this.#include = include.map(patternOf);
    this.#exclude = exclude.map(patternOf);
  }

  /** Whether the comparisons became too many; no path since then was taken. */
  get hasGivenUp(): boolean {
    return this.#stepsLeft <= 0;
  }

  /** Whether a path below the project counts. One that ends with a slash is a directory with unknown contents. */
  takes(path: string): boolean {
    const names = partsOf(path).map((part) => Array.from(part));
    const isDirectory = path.endsWith('/');
    const isIncluded = (pattern: PathPattern): boolean => {
      const fit = this.#fitOfPath(names, pattern);
      return fit === 'whole' || (fit === 'start' && isDirectory);
    };
    if (this.#include.length > 0 && !this.#include.some(isIncluded)) return false;
    const isExcluded = this.#exclude.some((pattern) => this.#fitOfPath(names, pattern) === 'whole');
    return !isExcluded && !this.hasGivenUp;
  }

  #fitOfPath(path: readonly Name[], pattern: PathPattern): Fit {
    const fits = (name: Name, wish: NamePattern): boolean => this.#fit(name, wish, isLetter) === 'whole';
    return this.#fit(path, pattern, fits);
  }

  #fit<Item, Wish>(
    items: readonly Item[],
    pattern: readonly (Wish | typeof ANY)[],
    fits: (item: Item, wish: Wish) => boolean,
  ): Fit {
    let [at, wanted] = [0, 0];
    let star: { at: number; readonly wanted: number } | undefined; // the last one, and up to where it reaches
    while (at < items.length && this.#stepsLeft > 0) {
      this.#stepsLeft -= 1;
      const wish = pattern[wanted];
      if (wish === ANY) {
        wanted += 1;
        star = { at, wanted };
      } else if (wish !== undefined && fits(items[at] as Item, wish)) {
        at += 1;
        wanted += 1;
      } else if (star === undefined) return 'none';
      else {
        star.at += 1;
        ({ at, wanted } = star);
      }
    }
    return pattern.slice(wanted).every((wish) => wish === ANY) ? 'whole' : 'start';
  }
}

/** With what is below. */
function patternOf(text: string): PathPattern {
  const names = partsOf(text).map((part) => (part === '**' ? ANY : namePatternOf(part)));
  return [...names, ANY];
}

function namePatternOf(part: string): NamePattern {
  return Array.from(part).map((letter) => (letter === '*' ? ANY : letter));
}

function isLetter(letter: string, wish: string): boolean {
  return wish === '?' || wish === letter;
}
