import type { ImageSet } from '@cxr/image';
import { type ActivationsOptions, statistics } from './activations.js';
import type { InceptionEngine } from './engines/engine.js';
import { frechetDistance } from './metrics/frechet-distance.js';
import { Statistics } from './statistics.js';

export interface ComputeFidOptions extends ActivationsOptions {
  engine: InceptionEngine;
}

/** A score and what it is of: it compares only where dims, resize and weights are the same. */
export interface FidResult {
  fid: number;
  n1: number | undefined;
  n2: number | undefined;
  statistics: [Statistics, Statistics];
}

/**
 * The Fréchet Inception Distance of two sets of images (Heusel et al., 2017), as pytorch-fid computes it. Statistics
 * can stand in the place of images, so that a reference set is only ever computed once.
 *
 * @throws RangeError when a set has fewer than two images, and what `activations` throws.
 */
export async function computeFid(
  a: ImageSet | Statistics,
  b: ImageSet | Statistics,
  options: ComputeFidOptions,
): Promise<FidResult> {
  const { engine } = options;
  const of = async (set: ImageSet | Statistics): Promise<Statistics> =>
    set instanceof Statistics ? set : await statistics(set, engine, options);
  const first = await of(a);
  const second = await of(b);
  for (const { count } of [first, second]) {
    if (count !== undefined && count < 2)
      throw new RangeError(`a FID needs at least two images a set: ${count}`);
  }
  return {
    fid: frechetDistance(first, second),
    n1: first.count,
    n2: second.count,
    statistics: [first, second],
  };
}
