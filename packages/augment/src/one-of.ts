import { checkTransforms, inTurn, type Step } from './compose.js';
import { checkOptions } from './options.js';
import type { Transform, TransformOptions } from './transform.js';
import { withProbability } from './transform.js';

export interface OneOfOptions extends TransformOptions {
  /** How likely each is, on any common scale, from 0 on. @default all alike */
  weights?: readonly number[] | undefined;
}

/** Applies one of the transforms. @throws RangeError without any, or if the weights do not fit. */
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
  return inTurn(
    'oneOf',
    transforms,
    withProbability(options.p, (rng) => {
      let left = rng.uniform() * total;
      let chosen = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      // Rounding may leave a rest after the last weight.
      if (chosen < 0) chosen = weights.findLastIndex((weight) => weight > 0);
      return transforms.map((transform, i) => (i === chosen ? transform.sample(rng) : null));
    }),
  );
}
