import type { Rng } from './rng.js';
import { shuffle } from './shuffle.js';

/**
 * Deals the items, in random order, into parts: `split(files, [0.8, 0.2], rng)`. Together the parts hold each item
 * once; a part's size differs from its share by one at most.
 * @throws RangeError unless the fractions are positive and add up to 1.
 */
export function split<T>(items: readonly T[], fractions: readonly number[], rng: Rng): T[][] {
  const sum = fractions.reduce((a, b) => a + b, 0);
  if (fractions.length === 0 || !fractions.every((f) => f > 0) || Math.abs(sum - 1) > 1e-9) {
    throw new RangeError(`invalid fractions: [${fractions}] (positive, adding up to 1)`);
  }
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

/** Two random halves, the first the smaller one where the count is odd: for a noise floor. */
export function splitHalves<T>(items: readonly T[], rng: Rng): [T[], T[]] {
  const shuffled = shuffle(items, rng);
  const half = Math.floor(items.length / 2);
  return [shuffled.slice(0, half), shuffled.slice(half)];
}
