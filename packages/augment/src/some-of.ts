import { checkTransforms, inTurn, type Step } from './compose.js';
import { checkOptions, checkRange, checkWhole, type NumberRange } from './options.js';
import type { Transform, TransformOptions } from './transform.js';
import { withProbability } from './transform.js';

export interface SomeOfOptions extends TransformOptions {
  /** How many, or the smallest and the largest number of them, from 0 to all. */
  count: NumberRange;
}

/** Applies some of the transforms, each at most once, in the order given. @throws RangeError if there are fewer. */
export function someOf(transforms: readonly Transform[], options: SomeOfOptions): Transform<readonly Step[]> {
  checkOptions<SomeOfOptions>('someOf', options, { count: true, p: true });
  checkTransforms('someOf', transforms);
  const [min, max] = checkRange('count', options.count, 0, transforms.length).map((n) =>
    checkWhole('count', n, 0),
  ) as [number, number];
  return inTurn(
    'someOf',
    transforms,
    withProbability(options.p, (rng) => {
      let left = min + rng.integer(max - min + 1);
      // Each in turn with the chance that the rest still has room: every subset is equally likely.
      return transforms.map((transform, i) => {
        const taken = rng.integer(transforms.length - i) < left;
        if (taken) left--;
        return taken ? transform.sample(rng) : null;
      });
    }),
  );
}
