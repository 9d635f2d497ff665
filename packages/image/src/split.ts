import { checkList } from './check-arguments.js';
import type { Rng } from './rng.js';
import { shuffle } from './shuffle.js';

/**
 * Splits the items at random into parts, such as `split(files, [0.8, 0.2], rng)`. Every item is in exactly one part, and the
 * size of a part differs from its share by at most one.
 * @throws RangeError unless the fractions are positive and add up to 1; TypeError unless `items` is an array and `rng` a generator.
 */
export function split<T>(items: readonly T[], fractions: readonly number[], rng: Rng): T[][] {
  checkFractions(fractions);
  const shuffled = shuffle(items, rng);
  let share = 0;
  let start = 0;
  return fractions.map((fraction, i) => {
    share += fraction;
    const end = i === fractions.length - 1 ? items.length : Math.round(share * items.length);
    const part = shuffled.slice(start, end);
    start = end;
    return part;
  });
}

/** Checks the shares of a split, such as `[0.8, 0.2]`. @throws RangeError unless they are positive and add up to 1. */
export function checkFractions(fractions: readonly number[]): void {
  checkList('fractions', fractions);
  const sum = fractions.reduce((a, b) => a + b, 0);
  if (fractions.length === 0 || !fractions.every((f) => f > 0) || !(Math.abs(sum - 1) <= 1e-9)) {
    throw new RangeError(`invalid fractions: [${fractions}] (positive, adding up to 1)`);
  }
}

/** Splits the items at random into two halves, for a noise floor. If the count is odd, the first half is the smaller one. */
export function splitHalves<T>(items: readonly T[], rng: Rng): [T[], T[]] {
  const shuffled = shuffle(items, rng);
  const half = Math.floor(items.length / 2);
  return [shuffled.slice(0, half), shuffled.slice(half)];
}
