import { checkTransforms, inOrder, type Step } from './compose.js';
import { checkOptions } from './options.js';
import type { Transform, TransformOptions } from './transform.js';
import { withProbability } from './transform.js';

/** Options of `oneOf`. */
export interface OneOfOptions extends TransformOptions {
  /** Relative probability of each, from 0 on; they need not add up to 1. @default all equal */
  weights?: readonly number[] | undefined;
}

/**
 * Applies one of the transforms, drawn at random.
 * @throws RangeError without transforms, or if the weights do not fit them; TypeError unless it is given an array of transforms.
 */
export function oneOf(
  transforms: readonly Transform[],
  options: OneOfOptions = {},
): Transform<readonly Step[]> {
  checkOptions<OneOfOptions>('oneOf', options, { weights: true, p: true });
  checkTransforms('oneOf', transforms);
  const weights = options.weights ?? transforms.map(() => 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const fits = weights.length === transforms.length && weights.every((weight) => weight >= 0);
  if (!fits || !(total > 0 && total < Infinity)) {
    throw new RangeError(`invalid weights: [${weights}] for ${transforms.length} transforms`);
  }
  return inOrder(
    'oneOf',
    transforms,
    withProbability(options.p, (rng) => {
      let left = rng.uniform() * total;
      let chosen = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      // By rounding, a small rest may remain after the last weight.
      if (chosen < 0) chosen = weights.findLastIndex((weight) => weight > 0);
      return transforms.map((transform, i) => (i === chosen ? transform.sample(rng) : null));
    }),
  );
}
