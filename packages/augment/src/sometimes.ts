import type { Json } from './json.js';
import { checkNumber } from './options.js';
import { type Transform, withProbability } from './transform.js';

/** Applies a transform, or a whole pipeline, with probability `p`, 0..1. @throws RangeError for another p. */
export function sometimes<P extends Json>(transform: Transform<P>, p: number): Transform<P> {
  return { ...transform, sample: withProbability(checkNumber('p', p, 0, 1), (rng) => transform.sample(rng)) };
}
