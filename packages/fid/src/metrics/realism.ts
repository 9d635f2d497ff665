import { checkOptions, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { assertPositive } from '../engines/engine.js';
import { medianOf } from './median.js';
import { assertSameDims, distanceOf, forEachDistances, toRows } from './pairwise.js';
import { radii } from './prdc.js';

/** Options of `realism`. */
export interface RealismOptions {
  /** A neighbourhood reaches to the k-th nearest neighbour; at least 1. @default 3, as in the paper */
  k?: number | undefined;
}

const OPTIONS: KnownOptions<RealismOptions> = { k: true };

/**
 * Realism of each fake (Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models", 2019, equation 5): the largest
 * ratio of a real's neighbourhood radius to the fake's distance from that real, of the half of the reals with the smaller radii. From 1 on, the fake lies
 * within one. Infinity for a copy of a real. Both sets are `[n, dims]`.
 *
 * @returns one value a fake, `[n]`
 * @throws RangeError unless there are more than `k` reals and at least one fake, for wrong or unknown options, or an activation that is not finite.
 */
export function realism(
  real: NdArray<Float32Array>,
  fake: NdArray<Float32Array>,
  options: RealismOptions = {},
): Float64Array {
  checkOptions('realism', options, OPTIONS);
  const { k = 3 } = options;
  assertPositive('k', k);
  const [reals, fakes] = [toRows(real, k + 1), toRows(fake, 1)];
  assertSameDims(reals, fakes);
  const radius = radii(reals, k);
  const median = medianOf(radius);
  const out = new Float64Array(fakes.n);
  forEachDistances(fakes, reals, (row, distances) => {
    let best = -1;
    for (let j = 0; j < reals.n; j++) {
      if (radius[j]! > median) continue;
      if (best < 0 || radius[j]! * distances[best]! > radius[best]! * distances[j]!) best = j;
    }
    const distance = distanceOf(fakes, row, reals, best);
    out[row] = distance === 0 ? Number.POSITIVE_INFINITY : radius[best]! / distance;
  });
  return out;
}
