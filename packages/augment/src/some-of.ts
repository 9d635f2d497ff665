import { checkTransforms, inOrder, type Step } from './compose.js';
import { checkOptions, checkRange, checkWhole, type NumberRange } from './options.js';
import type { Transform, TransformOptions } from './transform.js';
import { withProbability } from './transform.js';

/** Options of `someOf`. */
export interface SomeOfOptions extends TransformOptions {
  /** How many, or the smallest and largest number, from 0 to all. */
  count: NumberRange;
}

/**
 * Applies some of the transforms, drawn at random, each at most once and in the order given.
 * @throws RangeError if `count` is larger than the number of transforms; TypeError unless it is given an array of transforms.
 */
export function someOf(transforms: readonly Transform[], options: SomeOfOptions): Transform<readonly Step[]> {
  checkOptions<SomeOfOptions>('someOf', options, { count: true, p: true });
  checkTransforms('someOf', transforms);
  const [min, max] = checkRange('count', options.count, 0, transforms.length).map((n) =>
    checkWhole('count', n, 0),
  ) as [number, number];
  return inOrder(
    'someOf',
    transforms,
    withProbability(options.p, (rng) => {
      let left = min + rng.integer(max - min + 1);
      // Each is taken with probability (number to take) / (number left), so every subset is equally likely.
      return transforms.map((transform, i) => {
        const taken = rng.integer(transforms.length - i) < left;
        if (taken) left--;
        return taken ? transform.sample(rng) : null;
      });
    }),
  );
}
