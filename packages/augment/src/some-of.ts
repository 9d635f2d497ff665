import { inTurn, type Step } from './compose.js';
import { checkRange, checkWhole, type NumberRange } from './options.js';
import type { Transform, TransformOptions } from './transform.js';
import { withProbability } from './transform.js';

export interface SomeOfOptions extends TransformOptions {
  /** How many, or the fewest and the most of them. */
  count: NumberRange;
}

/** Applies some of the transforms, each at most once, in the order given. @throws RangeError if there are fewer. */
export function someOf(transforms: readonly Transform[], options: SomeOfOptions): Transform<readonly Step[]> {
  const [fewest, most] = checkRange('count', options.count, 0, transforms.length).map((n) =>
    checkWhole('count', n, 0),
  ) as [number, number];
  return inTurn(
    'someOf',
    transforms,
    withProbability(options.p, (rng) => {
      let wanted = fewest + rng.integer(most - fewest + 1);
      // Each in turn with the chance that the rest still has room: every subset is equally likely.
      return transforms.map((transform, i) => {
        const taken = rng.integer(transforms.length - i) < wanted;
        if (taken) wanted--;
        return taken ? transform.sample(rng) : null;
      });
    }),
  );
}
