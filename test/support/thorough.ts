// How often a test does what could go wrong at any time: a few times in every run of the tests, as often as it takes in
// `npm run test:thorough`.

export const THOROUGH = process.env['HOLDFAST_TEST_THOROUGH'] !== undefined;

export interface Amounts {
  readonly usually: number;
  readonly thoroughly: number;
}

export function amountOf({ usually, thoroughly }: Amounts): number {
  return THOROUGH ? thoroughly : usually;
}

/** All of a list, or every so many of it, the first included. */
export function someOf<T>(list: readonly T[], every: number): readonly T[] {
  return list.filter((_, index) => index % amountOf({ usually: every, thoroughly: 1 }) === 0);
}
